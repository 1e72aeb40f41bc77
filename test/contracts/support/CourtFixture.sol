// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDataCourt} from "../../../contracts/interfaces/IDataCourt.sol";
import {IFraudJudge} from "../../../contracts/interfaces/IFraudJudge.sol";
import {IRoundLedger} from "../../../contracts/interfaces/IRoundLedger.sol";
import {ClaimLib} from "../../../contracts/lib/ClaimLib.sol";
import {Statements} from "../../../contracts/lib/Statements.sol";
import {Claim, MemberLeaf, TaskSpec, TensorSpec} from "../../../contracts/lib/Types.sol";
import {Fixture, TaskConfig} from "./Fixture.sol";
import {SparseTree} from "./SparseTree.sol";

/// @notice A court, a task whose judge listens to it, and a posted claim of two rows whose leaves are known: `a` signed its
/// commitment, revealed an update of random bytes and attested to it, `b` forced its commitment and revealed nothing.
abstract contract CourtFixture is Fixture {
    /// Of a unit.
    uint128 internal constant COURT_BOND = 2 ether;
    bytes32 internal constant SALT = keccak256("salt");

    IDataCourt internal court;
    Node internal op;
    Node internal rival;
    Node internal a;
    Node internal b;
    uint256 internal task;
    address internal honest = makeAddr("honest");
    TaskSpec internal spec;
    Claim internal claim;
    MemberLeaf[] internal rows;
    bytes internal signature;
    bytes internal attestation;
    bytes internal update;

    function setUp() public virtual override {
        super.setUp();
        court = IDataCourt(vm.deployCode("DataCourt.sol", abi.encode(ledger, COURT_BOND, 1)));
        judge = deployJudge(address(court));
        op = operator("operator");
        rival = operator("rival");
        a = member("a", BOND);
        b = member("b", 2 * BOND);
        watcher = member("watcher", BOND).owner;
        skip(1);
        keep(spec, plainSpec());
        spec.tensors[0].length = chunks() * 256;
        task = courtTask();
        mint(watcher, 1000 * COURT_BOND);
        vm.prank(watcher);
        token.approve(address(court), type(uint256).max);
        makeClaim();
        postAs(op, task, claim);
    }

    function wealth(address account) internal view override returns (uint256) {
        return super.wealth(account) + court.owed(account);
    }

    /// One segment: the update tree has its 32 leaves and nothing above.
    function chunks() internal pure virtual returns (uint32) {
        return 32;
    }

    function courtTask() internal returns (uint256) {
        TaskConfig memory config = taskConfig(op);
        config.spec = spec;
        return openTask(config);
    }

    function makeClaim() private {
        bytes32[] memory leaves = new bytes32[](32);
        for (uint256 i = 0; i < 32; ++i) {
            bytes memory chunk = new bytes(256);
            for (uint256 k = 0; k < 8; ++k) {
                bytes32 word = keccak256(abi.encode(i, k));
                assembly {
                    mstore(add(add(chunk, 32), mul(32, k)), word)
                }
            }
            update = bytes.concat(update, chunk);
            leaves[i] = keccak256(chunk);
        }
        bytes32 root = SparseTree.root(leaves, 5);
        // Zero segments above the first.
        for (uint256 size = 32; size < chunks(); size *= 2) {
            root = keccak256(abi.encode(root, SparseTree.root(new bytes32[](size), SparseTree.log2(size))));
        }
        bytes32 commitment = ClaimLib.commitment(task, 1, a.owner, root, SALT);
        signature = signDigest(a.secret, ledgerDigest(Statements.commitment(task, 1, a.owner, commitment)));
        MemberLeaf memory row;
        (row.member, row.weight, row.commitment) = (a.owner, BOND, commitment);
        (row.signatureHash, row.updateRoot, row.held) = (keccak256(signature), root, 1);
        (row.verdict, row.beta, row.score) = (3, 65_536, 1);
        bytes32 sealed_ = keccak256(abi.encodePacked(a.owner, commitment, b.owner, keccak256("b")));
        attestation = signDigest(a.secret, ledgerDigest(Statements.attestation(task, 1, a.owner, sealed_, 1)));
        row.attestationHash = keccak256(attestation);
        rows.push(row);
        forceCommit(b.owner, task, 1, b.owner, keccak256("b"));
        MemberLeaf memory other;
        (other.member, other.slot, other.weight) = (b.owner, 1, 2 * BOND);
        (other.commitment, other.verdict) = (keccak256("b"), 1);
        rows.push(other);
        skip(100);
        claim = nextClaim(task, 2);
        claim.membersRoot = SparseTree.root(memberLeaves(), 7);
        claim.modelRoot = SparseTree.root(modelLeaves(), 5);
    }

    function memberLeaves() internal view returns (bytes32[] memory leaves) {
        leaves = new bytes32[](2);
        (leaves[0], leaves[1]) = (ClaimLib.hash(rows[0]), ClaimLib.hash(rows[1]));
    }

    function modelLeaves() internal pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](32);
        for (uint256 i = 0; i < 32; ++i) {
            leaves[i] = keccak256(abi.encode("model", i));
        }
    }

    function dispute() internal view returns (IDataCourt.Dispute memory) {
        return IDataCourt.Dispute(task, 1, claim);
    }

    function noStakes() internal pure returns (IFraudJudge.TraceOpening memory stakes) {}

    function openRow(uint256 row) internal view returns (IFraudJudge.MemberOpening memory m) {
        (m.row, m.leaf) = (row, rows[row]);
        bytes32[] memory path = SparseTree.proof(memberLeaves(), row, 7);
        for (uint256 i = 0; i < 7; ++i) {
            m.path[i] = path[i];
        }
    }

    /// What a request of the posted claim is about, before kind, root and place.
    function target() internal view returns (IDataCourt.Target memory t) {
        (t.task, t.round, t.claimHash) = (task, 1, ledger.round(task, 1).claimHash);
    }

    // ── The requests that the tests use ───────────────────────────────────────────────────────────────────────────

    function requestModel() internal returns (IDataCourt.Target memory t) {
        t = modelTarget();
        vm.prank(watcher);
        bytes32 id = court.requestNode(dispute(), spec, IDataCourt.Tree.Model, 0, 0, noStakes());
        assertEq(id, court.idOf(t));
    }

    function modelTarget() internal view returns (IDataCourt.Target memory t) {
        t = target();
        (t.kind, t.tree, t.depth, t.count) = (IDataCourt.Kind.Node, IDataCourt.Tree.Model, 5, 32);
        t.root = claim.modelRoot;
    }

    function answerModel(IDataCourt.Target memory t) internal {
        vm.prank(honest);
        court.answerNode(t, modelLeaves(), new bytes32[](0));
    }

    function requestRow(uint64 row) internal returns (IDataCourt.Target memory t) {
        t = target();
        (t.kind, t.tree, t.depth, t.level, t.index) =
            (IDataCourt.Kind.Leaf, IDataCourt.Tree.Members, 7, 7, row);
        (t.count, t.root) = (2, claim.membersRoot);
        vm.prank(watcher);
        bytes32 id = court.requestLeaf(dispute(), spec, IDataCourt.Tree.Members, row, noStakes());
        assertEq(id, court.idOf(t));
    }

    /// Both rows at once.
    function requestRows() internal returns (IDataCourt.Target memory t) {
        t = target();
        (t.kind, t.tree, t.depth, t.level) = (IDataCourt.Kind.Rows, IDataCourt.Tree.Members, 7, 3);
        (t.count, t.root) = (2, claim.membersRoot);
        vm.prank(watcher);
        bytes32 id = court.requestRows(dispute(), 0);
        assertEq(id, court.idOf(t));
    }

    function shownRow() internal view returns (IDataCourt.Row memory) {
        return IDataCourt.Row(rows[0], signature, attestation, SALT);
    }

    function forcedRow() internal view returns (IDataCourt.Row memory) {
        return IDataCourt.Row(rows[1], "", "", 0);
    }

    function only(IDataCourt.Row memory row) internal pure returns (IDataCourt.Row[] memory list) {
        list = new IDataCourt.Row[](1);
        list[0] = row;
    }

    function requestSegment() internal returns (IDataCourt.Target memory t) {
        t = target();
        (t.kind, t.depth, t.root) = (IDataCourt.Kind.Chunk, 5, rows[0].updateRoot);
        vm.prank(watcher);
        bytes32 id = court.requestChunk(dispute(), spec, openRow(0), 0);
        assertEq(id, court.idOf(t));
    }
}
