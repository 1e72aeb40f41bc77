// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {IStakeVault} from "../../../contracts/interfaces/IStakeVault.sol";
import {Fixture} from "./Fixture.sol";

interface Governed is IGovernor {
    struct Settings {
        uint48 votingDelay;
        uint32 votingPeriod;
        uint256 proposalThreshold;
        uint16 quorumBps;
    }

    struct Bounds {
        uint48 minVotingDelay;
        uint48 maxVotingDelay;
        uint32 minVotingPeriod;
        uint32 maxVotingPeriod;
        uint256 maxProposalThreshold;
        uint16 minQuorumBps;
        uint16 maxQuorumBps;
    }

    error OutOfBounds(uint256 value, uint256 minimum, uint256 maximum);
    error WrongVault(address vault, address expected);
    error TimelockFixed();

    function bounds() external view returns (Bounds memory);
    function proposalCount() external view returns (uint256);
    function queue(uint256 proposalId) external;
    function execute(uint256 proposalId) external payable;
    function quorumNumerator() external view returns (uint256);
    function setVotingDelay(uint48 newVotingDelay) external;
    function setVotingPeriod(uint32 newVotingPeriod) external;
    function setProposalThreshold(uint256 newProposalThreshold) external;
    function updateQuorumNumerator(uint256 newQuorumBps) external;
    function updateTimelock(address newTimelock) external;
}

interface Timelock is IAccessControl {
    error DelayTooShort(uint256 delay, uint256 unbondingDelay);
    error DelayTooLong(uint256 delay, uint256 maximum);
    error ReplacesGuardian(bytes32 id);

    // forge-lint: disable-start(mixed-case-function)
    function PROPOSER_ROLE() external view returns (bytes32);
    function CANCELLER_ROLE() external view returns (bytes32);
    function EXECUTOR_ROLE() external view returns (bytes32);
    function DEFAULT_ADMIN_ROLE() external view returns (bytes32);
    // forge-lint: disable-end(mixed-case-function)
    function governor() external view returns (address);
    function getMinDelay() external view returns (uint256);
    function updateDelay(uint256 newDelay) external;
    function cancel(bytes32 id) external;
    function hashOperationBatch(
        address[] calldata targets,
        uint256[] calldata values,
        bytes[] calldata payloads,
        bytes32 predecessor,
        bytes32 salt
    ) external pure returns (bytes32);
}

/// @notice The contracts owned by a timelock that obeys a governor, in the order `deployGovernance` uses.
abstract contract GovernedFixture is Fixture {
    uint256 internal constant DELAY = 3 days;
    uint256 internal constant MAX_DELAY = 40 days;

    address internal guardian = makeAddr("guardian");
    Timelock internal timelock;
    Governed internal governor;

    function setUp() public virtual override {
        super.setUp();
        govern();
    }

    function govern() internal {
        timelock = deployTimelock(vault, DELAY);
        governor = deployGovernor(vault, timelock, settings(), limits());
        bytes32 canceller = timelock.CANCELLER_ROLE();
        timelock.grantRole(timelock.PROPOSER_ROLE(), address(governor));
        timelock.grantRole(canceller, address(governor));
        timelock.grantRole(canceller, guardian);
        timelock.renounceRole(timelock.DEFAULT_ADMIN_ROLE(), address(this));
        vm.startPrank(governance);
        vault.transferOwnership(address(timelock));
        ledger.transferOwnership(address(timelock));
        distributor.transferOwnership(address(timelock));
        vm.stopPrank();
    }

    function settings() internal pure returns (Governed.Settings memory) {
        return Governed.Settings({votingDelay: 100, votingPeriod: 1000, proposalThreshold: BOND, quorumBps: 4000});
    }

    function limits() internal pure returns (Governed.Bounds memory) {
        return Governed.Bounds({
            minVotingDelay: 1,
            maxVotingDelay: 7 days,
            minVotingPeriod: 60,
            maxVotingPeriod: 30 days,
            maxProposalThreshold: 10_000 ether,
            minQuorumBps: 1000,
            maxQuorumBps: 6000
        });
    }

    function deployTimelock(IStakeVault vault_, uint256 delay) internal returns (Timelock) {
        address[] memory anyone = new address[](1);
        return
            Timelock(vm.deployCode("QuorateTimelock.sol", abi.encode(vault_, delay, MAX_DELAY, anyone, address(this))));
    }

    function deployGovernor(
        IStakeVault vault_,
        Timelock timelock_,
        Governed.Settings memory settings_,
        Governed.Bounds memory limits_
    ) internal returns (Governed) {
        return Governed(vm.deployCode("QuorateGovernor.sol", abi.encode(vault_, timelock_, settings_, limits_)));
    }

    // ── A proposal's way ──────────────────────────────────────────────────────────────────────────────────────────

    struct Proposal {
        address[] targets;
        uint256[] values;
        bytes[] calls;
        bytes32 description;
        uint256 id;
    }

    function propose(address by, address target, bytes memory call) internal returns (Proposal memory p) {
        address[] memory targets = new address[](1);
        bytes[] memory calls = new bytes[](1);
        (targets[0], calls[0]) = (target, call);
        return propose(by, targets, calls);
    }

    function propose(address by, address[] memory targets, bytes[] memory calls) internal returns (Proposal memory p) {
        // Two equal proposals must differ in something.
        string memory description = vm.toString(block.timestamp);
        (p.targets, p.calls, p.values) = (targets, calls, new uint256[](targets.length));
        p.description = keccak256(bytes(description));
        vm.prank(by);
        p.id = governor.propose(p.targets, p.values, p.calls, description);
    }

    function vote(address by, Proposal memory p, bool support) internal returns (uint256 weight) {
        if (block.timestamp <= governor.proposalSnapshot(p.id)) vm.warp(governor.proposalSnapshot(p.id) + 1);
        vm.prank(by);
        return governor.castVote(p.id, support ? 1 : 0);
    }

    function queue(Proposal memory p) internal {
        vm.warp(governor.proposalDeadline(p.id) + 1);
        governor.queue(p.id);
    }

    function execute(Proposal memory p) internal {
        vm.warp(governor.proposalEta(p.id));
        executeNow(p);
    }

    function executeNow(Proposal memory p) internal {
        governor.execute(p.id);
    }

    function state(Proposal memory p) internal view returns (IGovernor.ProposalState) {
        return governor.state(p.id);
    }

    function operationId(Proposal memory p) internal view returns (bytes32) {
        // OpenZeppelin's GovernorTimelockControl salts with its own address.
        bytes32 salt = bytes20(address(governor)) ^ p.description;
        return timelock.hashOperationBatch(p.targets, p.values, p.calls, 0, salt);
    }
}
