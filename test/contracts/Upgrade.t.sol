// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {IRoundLedger} from "../../contracts/interfaces/IRoundLedger.sol";
import {IStakeVault} from "../../contracts/interfaces/IStakeVault.sol";
import {ClaimLib} from "../../contracts/lib/ClaimLib.sol";
import {Claim} from "../../contracts/lib/Types.sol";
import {Distributor, Ledger, Upgradeable, Vault} from "./support/Deployed.sol";
import {Fixture, TaskConfig} from "./support/Fixture.sol";
import {SparseTree} from "./support/SparseTree.sol";

interface Next {
    function initializeNext(uint256 value) external;
    function appended() external view returns (uint256);
}

/// upgradeToAndCall
/// ├── not the owner, no upgradeable implementation → reverts; the timelock, after its delay
/// ├── keeps every slot that was ever written, and has room for more
/// └── in the middle of a task: open and posted rounds, unbonding, pauses and rewards go on
/// initialize
/// ├── a second time, also after an upgrade → reverts
/// └── on an implementation → reverts
/// a new judge
/// └── is a new address: tasks and rounds that are there keep theirs
contract UpgradeTest is Fixture {
    using ClaimLib for Claim;

    // ERC-1967, and the version number of OpenZeppelin's Initializable: the two slots that an upgrade is to change.
    bytes32 private constant _IMPLEMENTATION = bytes32(uint256(keccak256("eip1967.proxy.implementation")) - 1);
    bytes32 private constant _VERSION = 0xf0c57e16840df040f15088dc2f81fe391c3923bec73e23a9662efc9c229c6a00;

    Node private op;
    Node private rival;
    Node private a;
    Node private b;
    Node private c;
    uint256 private task;
    // A posted claim that pays `a`, and its round.
    Claim private paying;
    uint64 private round;
    bytes32[] private leaves;

    function setUp() public override {
        vm.record();
        super.setUp();
        op = operator("operator");
        rival = operator("rival");
        a = member("a", BOND);
        b = member("b", 3 * BOND);
        bond(op, 2 * OPERATOR_BOND);
        bond(rival, 2 * OPERATOR_BOND);
        vm.startPrank(governance);
        ledger.setGuardian(watcher);
        vault.setGuardian(watcher);
        vault.setEntity("entity", 1000 ether);
        vault.setEntityOf(b.owner, "entity");
        vm.stopPrank();
        vm.prank(a.owner);
        vault.delegate(b.owner);
        skip(1);
        task = createTask(op);
        _live();
    }

    /// A task in the middle of its life: final, rejected and void rounds, penalties, a pause, unbonding, one posted
    /// claim and an open round with a forced commitment.
    function _live() private {
        (uint64 first, bytes32 hash) = postNext(op, task);
        (address[] memory owners, bytes[] memory signatures) = agreements(toArray(a, b), task, first, hash);
        ledger.finalizeWithQuorum(task, first, hash, owners, signatures);
        failRound(task);
        skip(60);
        (uint64 false_,) = postNext(op, task);
        vm.prank(judge);
        ledger.reject(task, false_, watcher);
        takeSeat(rival, task);
        vm.prank(judge);
        ledger.penalise(task, false_ + 2, b.owner, watcher);
        vm.warp(ledger.current(task).commitEnd);
        postAs(rival, task, nextClaim(task, 0));
        leave(b);
        c = member("c", BOND);
        vm.startPrank(watcher);
        ledger.pause(100);
        vault.pause(100);
        vm.stopPrank();
        skip(100);
        admit(makeAddr("later judge"));
        vm.prank(governance);
        ledger.retireJudge(makeAddr("later judge"));

        vm.warp(ledger.current(task).commitEnd);
        uint128[] memory rewards = new uint128[](1);
        rewards[0] = REWARD;
        leaves = ledgerTree(toArray(a), rewards);
        paying = nextClaim(task, 0);
        (paying.ledgerRoot, paying.ledgerTotal) = (SparseTree.root(leaves, 10), REWARD);
        round = postAs(rival, task, paying);
        skip(10);
        uint64 open = ledger.current(task).round;
        forceCommit(a.key, task, open, a.owner, "commitment");
    }

    function _next(string memory name) private returns (address) {
        bytes memory args;
        if (keccak256(bytes(name)) == keccak256("StakeVaultNext")) args = abi.encode(vault.bounds());
        if (keccak256(bytes(name)) == keccak256("RoundLedgerNext")) args = abi.encode(_taskRules());
        return vm.deployCode(string.concat("NextVersions.sol:", name), args);
    }

    function _upgradeAll() private {
        (address v, address l, address d) =
            (_next("StakeVaultNext"), _next("RoundLedgerNext"), _next("RewardDistributorNext"));
        vm.startPrank(governance);
        vault.upgradeToAndCall(v, abi.encodeCall(Next.initializeNext, (11)));
        ledger.upgradeToAndCall(l, abi.encodeCall(Next.initializeNext, (22)));
        distributor.upgradeToAndCall(d, abi.encodeCall(Next.initializeNext, (33)));
        vm.stopPrank();
    }

    // ── Every field stays ─────────────────────────────────────────────────────────────────────────────────────────

    function test_upgrade_keepsEveryField() public {
        distributorClaims();
        address[3] memory proxies = [address(vault), address(ledger), address(distributor)];
        bytes32[][3] memory slots;
        bytes32[][3] memory values;
        for (uint256 i = 0; i < 3; ++i) {
            (, slots[i]) = vm.accesses(proxies[i]);
            assertGt(slots[i].length, i == 2 ? 3 : 30, "written slots");
            values[i] = new bytes32[](slots[i].length);
            for (uint256 j = 0; j < slots[i].length; ++j) {
                values[i][j] = vm.load(proxies[i], slots[i][j]);
            }
        }
        bytes memory views = _views();
        _upgradeAll();
        for (uint256 i = 0; i < 3; ++i) {
            for (uint256 j = 0; j < slots[i].length; ++j) {
                if (slots[i][j] == _IMPLEMENTATION || slots[i][j] == _VERSION) continue;
                assertEq(vm.load(proxies[i], slots[i][j]), values[i][j], "slot");
            }
            assertEq(Next(proxies[i]).appended(), 11 * (i + 1));
            assertEq(Upgradeable(proxies[i]).owner(), governance);
        }
        assertEq(_views(), views);
    }

    function distributorClaims() private {
        vm.warp(ledger.round(task, round).challengeEnd);
        distributor.claim(task, round, paying, leafOf(a.owner, REWARD), 0, proof10(leaves, 0));
    }

    /// What the contracts say of everything that happened.
    function _views() private returns (bytes memory) {
        bytes memory said = abi.encode(
            ledger.task(task),
            ledger.current(task),
            ledger.round(task, 1),
            ledger.round(task, 3),
            ledger.round(task, round),
            ledger.judgeState(judge),
            ledger.judgeState(makeAddr("later judge")),
            ledger.forcedCommitment(task, round + 1, a.owner),
            ledger.penalised(task, 5, b.owner),
            ledger.pausedBetween(START, block.timestamp)
        );
        return abi.encode(
            said,
            vault.account(a.owner),
            vault.account(b.owner),
            vault.account(op.owner),
            vault.allocation(task, b.owner),
            membersOf(task, block.timestamp - 1, 0, 10),
            vault.getVotes(b.owner),
            vault.entity("entity"),
            vault.pausableFrom(),
            distributor.claimed(task, a.owner),
            distributor.totalClaimed(task)
        );
    }

    // ── The task goes on ──────────────────────────────────────────────────────────────────────────────────────────

    function test_upgrade_midTask_openAndPostedRoundsGoOn() public {
        IRoundLedger.OpenRound memory open = ledger.current(task);
        _upgradeAll();
        assertEq(abi.encode(ledger.current(task)), abi.encode(open));
        // The open round takes commitments and is posted on the claim that was posted before the upgrade.
        forceCommit(c.key, task, open.round, c.owner, "another");
        (uint64 posted,) = postNext(rival, task);
        assertEq(posted, open.round);
        vm.warp(ledger.round(task, round).challengeEnd - 1);
        assertFalse(ledger.isFinal(task, round));
        skip(1);
        assertTrue(ledger.isFinalClaim(task, round, paying.hash(task, round)));
        // It pays, and stake on its way out arrives.
        distributor.claim(task, round, paying, leafOf(a.owner, REWARD), 0, proof10(leaves, 0));
        assertEq(token.balanceOf(a.owner), REWARD);
        IStakeVault.Allocation memory left = vault.allocation(task, b.owner);
        vm.warp(left.freeAt);
        vault.release(task, b.owner);
        vm.prank(b.owner);
        vault.withdraw(left.amount);
        assertEq(token.balanceOf(b.owner), left.amount);
    }

    function test_upgrade_midTask_aPostedClaimCanStillBeRejected() public {
        _upgradeAll();
        uint256 stake = slashable(rival.owner);
        vm.prank(judge);
        ledger.reject(task, round, watcher);
        assertEq(slashable(rival.owner), stake - FALSE_CLAIM);
        vm.warp(block.timestamp + 255 * 60);
        assertEq(postAs(op, task, nextClaim(task, 0)), round + 2);
    }

    function test_upgrade_whilePaused() public {
        vm.warp(ledger.pausableFrom());
        vm.startPrank(watcher);
        ledger.pause(1 days);
        vault.pause(1 days);
        vm.stopPrank();
        uint256 until = ledger.pausedUntil();
        _upgradeAll();
        assertEq(ledger.pausedUntil(), until);
        assertEq(vault.pausedUntil(), until);
        skip(1 days);
        ledger.fail(task, ledger.current(task).round);
    }

    // ── Who upgrades ──────────────────────────────────────────────────────────────────────────────────────────────

    function test_upgrade_onlyByTheOwner() public {
        address[3] memory next = [_next("StakeVaultNext"), _next("RoundLedgerNext"), _next("RewardDistributorNext")];
        address[3] memory proxies = [address(vault), address(ledger), address(distributor)];
        // Neither a stranger nor the guardian nor an operator.
        address[3] memory callers = [address(this), watcher, op.owner];
        for (uint256 i = 0; i < 3; ++i) {
            for (uint256 j = 0; j < 3; ++j) {
                vm.expectRevert(abi.encodeWithSignature("OwnableUnauthorizedAccount(address)", callers[j]));
                vm.prank(callers[j]);
                Upgradeable(proxies[i]).upgradeToAndCall(next[i], "");
            }
            // The vault asks for the shortest delay first, the ledger for the entry delay, which a token does not know.
            if (i < 2) vm.expectRevert();
            else vm.expectRevert(abi.encodeWithSignature("ERC1967InvalidImplementation(address)", address(token)));
            vm.prank(governance);
            Upgradeable(proxies[i]).upgradeToAndCall(address(token), "");
            // Not past the proxy either.
            vm.expectRevert(abi.encodeWithSignature("UUPSUnauthorizedCallContext()"));
            Upgradeable(next[i]).upgradeToAndCall(next[i], "");
        }
    }

    function test_upgrade_byTheTimelockAfterItsDelay() public {
        address[] memory anyone = new address[](1);
        TimelockController timelock = TimelockController(
            payable(vm.deployCode("QuorateTimelock.sol", abi.encode(vault, 3 days, 30 days, anyone, address(this))))
        );
        timelock.grantRole(timelock.PROPOSER_ROLE(), address(this));
        vm.prank(governance);
        ledger.transferOwnership(address(timelock));
        bytes memory call = abi.encodeCall(Upgradeable.upgradeToAndCall, (_next("RoundLedgerNext"), ""));
        vm.expectRevert(abi.encodeWithSignature("OwnableUnauthorizedAccount(address)", governance));
        vm.prank(governance);
        (bool done,) = address(ledger).call(call);
        assertTrue(done, "expectRevert answers true");
        timelock.schedule(address(ledger), 0, call, 0, 0, 3 days);
        skip(3 days - 1);
        vm.expectRevert();
        timelock.execute(address(ledger), 0, call, 0, 0);
        skip(1);
        timelock.execute(address(ledger), 0, call, 0, 0);
        assertEq(Next(address(ledger)).appended(), 0);
    }

    // ── Initialisers ──────────────────────────────────────────────────────────────────────────────────────────────

    function test_initialize_once() public {
        _refusesInitialising(vault, ledger, distributor);
        _upgradeAll();
        _refusesInitialising(vault, ledger, distributor);
        address[3] memory proxies = [address(vault), address(ledger), address(distributor)];
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectRevert(abi.encodeWithSignature("InvalidInitialization()"));
            Next(proxies[i]).initializeNext(1);
        }
    }

    function test_initialize_neverOnAnImplementation() public {
        _refusesInitialising(
            Vault(vm.deployCode("StakeVault.sol", abi.encode(vault.bounds()))),
            Ledger(vm.deployCode("RoundLedger.sol", abi.encode(_taskRules()))),
            Distributor(vm.deployCode("RewardDistributor.sol"))
        );
        address[3] memory next = [_next("StakeVaultNext"), _next("RoundLedgerNext"), _next("RewardDistributorNext")];
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectRevert(abi.encodeWithSignature("InvalidInitialization()"));
            Next(next[i]).initializeNext(1);
        }
    }

    function _refusesInitialising(Vault v, Ledger l, Distributor d) private {
        bytes memory refused = abi.encodeWithSignature("InvalidInitialization()");
        vm.expectRevert(refused);
        v.initialize(address(this), token, BOND, BOND, 2 days);
        vm.expectRevert(refused);
        l.initialize(address(this), vault);
        vm.expectRevert(refused);
        d.initialize(address(this), IERC20(address(token)), ledger);
    }

    // ── A new judge ───────────────────────────────────────────────────────────────────────────────────────────────

    function test_newJudge_forNewTasksOnly() public {
        address next = makeAddr("next judge");
        TaskConfig memory config = taskConfig(op);
        config.terms.judge = next;
        uint256 later = openTask(config);
        (uint64 posted,) = postNext(op, later);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NotJudge.selector, next, judge));
        vm.prank(next);
        ledger.reject(task, round, watcher);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NotJudge.selector, judge, next));
        vm.prank(judge);
        ledger.reject(later, posted, watcher);
        vm.prank(next);
        ledger.reject(later, posted, watcher);
        vm.prank(judge);
        ledger.reject(task, round, watcher);
    }
}
