// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {IGuardedExecutor} from "../../contracts/agents/IGuardedExecutor.sol";
import {IScoreOracle} from "../../contracts/agents/IScoreOracle.sol";
import {UnitToken} from "./support/UnitToken.sol";

/// propose
/// ├── another signer, another nonce → reverts
/// └── execute
///     ├── not proposed, expired, off, too early, not allowed → reverts
///     ├── cooling down, too many, over a cap, risky → reverts
///     ├── stale or extreme score → trips the breaker
///     ├── in the shadow: counts and calls nothing
///     └── calls once
contract GuardedExecutorTest is Test {
    bytes32 private constant FEED = "risk";
    bytes32 private constant SUBJECT = "wallet";

    IScoreOracle private oracle;
    IGuardedExecutor private executor;
    UnitToken private token;
    address private governance = makeAddr("governance");
    address private guardian = makeAddr("guardian");
    address private to = makeAddr("to");
    address private agent;
    uint256 private agentKey;
    uint256 private scorerKey;
    bytes private attack;
    bytes private refusal;

    function setUp() public {
        vm.warp(1_000_000);
        oracle = IScoreOracle(vm.deployCode("ScoreOracle.sol", abi.encode(governance)));
        executor = IGuardedExecutor(vm.deployCode("GuardedExecutor.sol", abi.encode(governance, oracle)));
        token = new UnitToken(6, "USD");
        token.mint(address(executor), 1_000_000);
        (agent, agentKey) = makeAddrAndKey("agent");
        address[] memory signers = new address[](1);
        (signers[0], scorerKey) = makeAddrAndKey("scorer");
        vm.startPrank(governance);
        oracle.setFeed(FEED, IScoreOracle.Feed("model", 1, 1 days, 0, 1000, 1000), signers);
        executor.setLimits(agent, _limits());
        executor.setPermission(
            agent, address(token), UnitToken.transfer.selector, IGuardedExecutor.Permission(true, 1)
        );
        executor.setGuardian(guardian);
        vm.stopPrank();
        _score(10);
    }

    function _limits() private pure returns (IGuardedExecutor.Limits memory) {
        return IGuardedExecutor.Limits({
            stage: IGuardedExecutor.Stage.Capped,
            delay: 60,
            cooldown: 100,
            window: 1000,
            actionsPerWindow: 3,
            amountPerAction: 500,
            amountPerWindow: 1000,
            feed: FEED,
            threshold: 50,
            extreme: 90
        });
    }

    function _set(IGuardedExecutor.Limits memory limits) private {
        vm.prank(governance);
        executor.setLimits(agent, limits);
    }

    function _score(uint128 value) private {
        uint64 nonce = oracle.latest(FEED, SUBJECT).nonce + 1;
        skip(1);
        uint64 now_ = uint64(block.timestamp);
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(scorerKey, oracle.attestationDigest(FEED, SUBJECT, nonce, value, now_));
        IScoreOracle.Attestation[] memory one = new IScoreOracle.Attestation[](1);
        one[0] = IScoreOracle.Attestation(value, now_, abi.encodePacked(r, s, v));
        oracle.submit(FEED, SUBJECT, nonce, one);
    }

    function _transfer(uint256 amount) private view returns (IGuardedExecutor.Action memory) {
        return IGuardedExecutor.Action({
            agent: agent,
            target: address(token),
            value: 0,
            data: abi.encodeCall(UnitToken.transfer, (to, amount)),
            subject: SUBJECT,
            nonce: executor.nextNonce(agent),
            expiry: uint64(block.timestamp + 1 days)
        });
    }

    function _sign(IGuardedExecutor.Action memory action) private view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(agentKey, executor.actionDigest(action));
        return abi.encodePacked(r, s, v);
    }

    function _propose(IGuardedExecutor.Action memory action) private returns (IGuardedExecutor.Action memory) {
        executor.propose(action, _sign(action));
        return action;
    }

    function _ready(uint256 amount) private returns (IGuardedExecutor.Action memory action) {
        action = _propose(_transfer(amount));
        skip(60);
    }

    function _refuses(IGuardedExecutor.Action memory action, IGuardedExecutor.Reason reason) private {
        assertEq(uint8(executor.validate(action)), uint8(reason));
        vm.expectRevert(abi.encodeWithSelector(IGuardedExecutor.Refused.selector, reason));
        executor.execute(action);
    }

    function test_execute_callsOnce() public {
        IGuardedExecutor.Action memory action = _propose(_transfer(300));
        _refuses(action, IGuardedExecutor.Reason.TooEarly);
        skip(60);
        assertTrue(executor.execute(action));
        assertEq(token.balanceOf(to), 300);
        _refuses(action, IGuardedExecutor.Reason.Unknown);
    }

    function test_propose_refusals() public {
        IGuardedExecutor.Action memory action = _transfer(300);
        bytes memory signature = _sign(action);
        action.data = abi.encodeCall(UnitToken.transfer, (to, 301));
        vm.expectPartialRevert(IGuardedExecutor.WrongSignature.selector);
        executor.propose(action, signature);
        action.nonce = 1;
        signature = _sign(action);
        vm.expectRevert(abi.encodeWithSelector(IGuardedExecutor.WrongNonce.selector, 1, 0));
        executor.propose(action, signature);
        action = _propose(_transfer(300));
        signature = _sign(action);
        vm.expectRevert(abi.encodeWithSelector(IGuardedExecutor.WrongNonce.selector, 0, 1));
        executor.propose(action, signature);
    }

    function test_execute_onlyWhatIsListed() public {
        IGuardedExecutor.Action memory action = _transfer(1);
        action.data = abi.encodeCall(UnitToken.approve, (to, 1));
        _propose(action);
        skip(60);
        _refuses(action, IGuardedExecutor.Reason.NotAllowed);
        action = _transfer(1);
        action.target = to;
        _propose(action);
        action = _transfer(1);
        action.value = 1;
        _propose(action);
        skip(60);
        // Native currency where the entry counts a token.
        _refuses(action, IGuardedExecutor.Reason.NotAllowed);
        vm.expectRevert(IGuardedExecutor.BadLimits.selector);
        vm.prank(governance);
        executor.setPermission(
            agent, address(executor), IGuardedExecutor.reset.selector, IGuardedExecutor.Permission(true, 255)
        );
    }

    function test_execute_caps() public {
        _refuses(_ready(501), IGuardedExecutor.Reason.OverAction);
        executor.execute(_ready(500));
        skip(100);
        executor.execute(_ready(400));
        skip(100);
        _refuses(_ready(101), IGuardedExecutor.Reason.OverWindow);
        executor.execute(_ready(100));
        skip(100);
        _refuses(_ready(0), IGuardedExecutor.Reason.TooMany);
        IGuardedExecutor.Limits memory full = _limits();
        full.stage = IGuardedExecutor.Stage.Full;
        _set(full);
        skip(1000);
        executor.execute(_ready(100_000));
        assertEq(token.balanceOf(to), 101_000);
    }

    function test_execute_cooldown() public {
        IGuardedExecutor.Action memory first = _propose(_transfer(1));
        IGuardedExecutor.Action memory second = _propose(_transfer(1));
        skip(60);
        executor.execute(first);
        skip(99);
        _refuses(second, IGuardedExecutor.Reason.CoolingDown);
        skip(1);
        executor.execute(second);
    }

    function test_execute_expired() public {
        IGuardedExecutor.Action memory action = _ready(1);
        vm.warp(action.expiry);
        _refuses(action, IGuardedExecutor.Reason.Expired);
    }

    function test_shadow_callsNothing() public {
        IGuardedExecutor.Limits memory limits = _limits();
        limits.stage = IGuardedExecutor.Stage.Shadow;
        _set(limits);
        IGuardedExecutor.Action memory action = _ready(300);
        bytes32 id = executor.actionDigest(action);
        vm.expectEmit(address(executor));
        emit IGuardedExecutor.Shadowed(id, agent, 300);
        executor.execute(action);
        assertEq(token.balanceOf(to), 0);
        skip(100);
        _refuses(_ready(501), IGuardedExecutor.Reason.OverAction);
        limits.stage = IGuardedExecutor.Stage.Off;
        _set(limits);
        _refuses(_ready(1), IGuardedExecutor.Reason.Off);
    }

    function test_breaker_tripsOnAnExtremeScore() public {
        IGuardedExecutor.Action memory action = _ready(300);
        _score(50);
        _refuses(action, IGuardedExecutor.Reason.Risky);
        _score(90);
        assertFalse(executor.execute(action));
        assertTrue(executor.tripped());
        _score(10);
        _refuses(action, IGuardedExecutor.Reason.Tripped);
        vm.expectRevert(abi.encodeWithSelector(IGuardedExecutor.NotOwner.selector, guardian, governance));
        vm.prank(guardian);
        executor.reset();
        vm.prank(governance);
        executor.reset();
        executor.execute(action);
        assertEq(token.balanceOf(to), 300);
    }

    function test_breaker_tripsOnAStaleScore() public {
        skip(1 days);
        assertFalse(executor.execute(_ready(300)));
        assertTrue(executor.tripped());
        assertEq(token.balanceOf(to), 0);
    }

    function test_breaker_guardian() public {
        vm.expectRevert(abi.encodeWithSelector(IGuardedExecutor.NotGuardian.selector, agent, guardian));
        vm.prank(agent);
        executor.trip();
        vm.prank(guardian);
        executor.trip();
        _refuses(_ready(1), IGuardedExecutor.Reason.Tripped);
        vm.startPrank(guardian);
        vm.expectRevert(abi.encodeWithSelector(IGuardedExecutor.NotOwner.selector, guardian, governance));
        executor.setLimits(agent, _limits());
        vm.expectRevert(abi.encodeWithSelector(IGuardedExecutor.NotOwner.selector, guardian, governance));
        executor.setGuardian(guardian);
        vm.stopPrank();
    }

    /// A call that fails undoes everything, so the action may execute later.
    function test_execute_failedCall() public {
        IGuardedExecutor.Limits memory full = _limits();
        full.stage = IGuardedExecutor.Stage.Full;
        _set(full);
        IGuardedExecutor.Action memory action = _ready(2_000_000);
        vm.expectPartialRevert(IGuardedExecutor.CallFailed.selector);
        executor.execute(action);
        token.mint(address(executor), 2_000_000);
        executor.execute(action);
        assertEq(token.balanceOf(to), 2_000_000);
    }

    /// The target of a call with native currency, which tries to have another action executed.
    function poke() external payable {
        (bool done, bytes memory answer) = address(executor).call(attack);
        assertFalse(done, "re-entered");
        refusal = answer;
    }

    function test_reentrancy() public {
        vm.deal(address(executor), 1 ether);
        IGuardedExecutor.Limits memory limits = _limits();
        limits.cooldown = 0;
        _set(limits);
        vm.prank(governance);
        executor.setPermission(agent, address(this), this.poke.selector, IGuardedExecutor.Permission(true, 255));
        IGuardedExecutor.Action memory other = _propose(_transfer(300));
        IGuardedExecutor.Action memory action = _transfer(0);
        (action.target, action.value, action.data) = (address(this), 7, abi.encodeCall(this.poke, ()));
        _propose(action);
        skip(60);
        attack = abi.encodeCall(IGuardedExecutor.execute, (other));
        executor.execute(action);
        assertEq(bytes4(refusal), bytes4(keccak256("ReentrancyGuardReentrantCall()")));
        assertEq(address(this).balance - type(uint96).max, 7);
        assertEq(token.balanceOf(to), 0);
    }

    /// Whatever the amounts and the times between them are, no window exceeds its limits.
    function testFuzz_rateLimitsOverTimeJumps(uint16[24] memory amounts, uint16[24] memory jumps) public {
        IGuardedExecutor.Limits memory limits = _limits();
        (limits.delay, limits.cooldown) = (0, 10);
        _set(limits);
        uint256 since;
        uint256 last;
        uint256 actions;
        uint256 sum;
        for (uint256 i = 0; i < amounts.length; ++i) {
            _score(10);
            skip(jumps[i] % 1500);
            IGuardedExecutor.Action memory action = _propose(_transfer(amounts[i] % 700));
            if (executor.validate(action) != IGuardedExecutor.Reason.None) continue;
            executor.execute(action);
            if (since == 0 || block.timestamp >= since + 1000) (since, actions, sum) = (block.timestamp, 0, 0);
            if (last != 0) assertGe(block.timestamp - last, 10);
            last = block.timestamp;
            sum += amounts[i] % 700;
            assertLe(amounts[i] % 700, 500);
            assertLe(++actions, 3);
            assertLe(sum, 1000);
        }
    }
}
