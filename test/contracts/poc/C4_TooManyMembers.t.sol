// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IFraudJudge} from "../../../contracts/interfaces/IFraudJudge.sol";
import {IStakeVault} from "../../../contracts/interfaces/IStakeVault.sol";
import {ClaimLib} from "../../../contracts/lib/ClaimLib.sol";
import {Claim, MemberLeaf} from "../../../contracts/lib/Types.sol";
import {Fixture} from "../support/Fixture.sol";
import {SparseTree} from "../support/SparseTree.sol";

/// @notice A claim has 128 rows, and each forced commitment must have one. When the vault seated more members than that, 129
/// forced commitments made every claim of the round false, and its honest operator paid.
contract C4TooManyMembersTest is Fixture {
    Node private op;
    Node[] private nodes;
    Node private late;
    uint256 private task;
    MemberLeaf[] private rows;

    function setUp() public override {
        super.setUp();
        judge = deployJudge(address(0));
        op = operator("op");
        for (uint256 i = 0; i < 128; ++i) {
            nodes.push(member(string.concat("m", vm.toString(i)), BOND));
        }
        skip(1);
        task = createTask(op);
        late = node("late");
        deposit(late.owner, 2 * BOND);
        register(late);
    }

    function test_the129thMemberIsNotSeated() public {
        vm.prank(late.owner);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.SeatsFull.selector, task, 128));
        vault.allocate(task, IStakeVault.Role.Member, BOND);
        assertEq(vault.account(late.owner).bonded, 2 * BOND, "it keeps its bond, the fee too");
        skip(1);
        assertEq(vault.memberCountAt(task, block.timestamp - 1), 128);
    }

    /// The whole committee forces its commitments: a claim has a row for each, and leaving somebody out is not needed.
    function test_everyForcedCommitmentHasARow() public {
        bytes32[] memory leaves = new bytes32[](128);
        for (uint256 i = 0; i < 128; ++i) {
            bytes32 commitment = keccak256(abi.encode(i));
            forceCommit(nodes[i].owner, task, 1, nodes[i].owner, commitment);
            MemberLeaf memory row;
            (row.member, row.slot, row.commitment) = (nodes[i].owner, uint32(i), commitment);
            rows.push(row);
            leaves[i] = ClaimLib.hash(row);
        }
        vm.warp(ledger.current(task).commitEnd);
        Claim memory claim = nextClaim(task, 128);
        claim.membersRoot = SparseTree.root(leaves, 7);
        postAs(op, task, claim);
        IFraudJudge.Case memory c;
        (c.task, c.round, c.recipient, c.claim) = (task, 1, watcher, claim);
        IFraudJudge.MemberOpening[] memory around = new IFraudJudge.MemberOpening[](1);
        (around[0].row, around[0].leaf) = (127, rows[127]);
        bytes32[] memory path = SparseTree.proof(leaves, 127, 7);
        for (uint256 i = 0; i < 7; ++i) {
            around[0].path[i] = path[i];
        }
        vm.expectRevert(IFraudJudge.NoFault.selector);
        IFraudJudge(judge).proveOmission(c, nodes[127].owner, 0, "", around, new IFraudJudge.MemberOpening[](0));
        assertEq(slashable(op.owner), OPERATOR_BOND);
    }
}
