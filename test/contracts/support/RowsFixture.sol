// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IFraudJudge} from "../../../contracts/interfaces/IFraudJudge.sol";
import {IRoundLedger} from "../../../contracts/interfaces/IRoundLedger.sol";
import {MemberRows} from "../../../contracts/judge/MemberRows.sol";
import {ClaimLib} from "../../../contracts/lib/ClaimLib.sol";
import {Statements} from "../../../contracts/lib/Statements.sol";
import {Claim, MemberLeaf, TaskSpec, TensorSpec} from "../../../contracts/lib/Types.sol";
import {Fixture, TaskConfig} from "./Fixture.sol";
import {SparseTree} from "./SparseTree.sol";

/// @notice A task of one segment, whose members' rows, updates and attestations a test sets one by one before it posts
/// them. Only the members tree of the claim has a meaning.
abstract contract RowsFixture is Fixture {
    bytes32 internal constant SALT = keccak256("salt");
    uint16 internal constant TOLERANCE = 2500;
    uint128 internal constant STAKE = BOND;
    /// Coordinates of the only tensor; the last chunk has 64 of them and 192 of padding.
    uint32 internal constant LENGTH = 8000;

    IFraudJudge internal fraudJudge;
    Node internal op;
    uint256 internal task;
    uint64 internal round;
    TaskSpec internal spec;
    Claim internal claim;
    Node[] internal nodes;
    MemberLeaf[] internal rows;
    bytes[] internal updates;
    bytes[] internal signatures;
    bytes[] internal attestations;

    function setUp() public virtual override {
        super.setUp();
        judge = deployJudge(address(this));
        fraudJudge = IFraudJudge(judge);
        op = operator("operator");
        for (uint256 i = 0; i < seats(); ++i) {
            nodes.push(member(string.concat("member ", vm.toString(i)), STAKE));
        }
        skip(10);
        keep(spec, plainSpec());
        spec.tensors[0].length = LENGTH;
        (spec.toleranceBps, spec.minSealedBps) = (TOLERANCE, 5000);
        TaskConfig memory config = taskConfig(op);
        config.spec = spec;
        task = openTask(config);
        round = 1;
        for (uint256 i = 0; i < sealedRows(); ++i) {
            commit(i, ordinary(i));
        }
    }

    /// The test is the judge's court, which asks for no window.
    function minWindow() external pure returns (uint256) {
        return 0;
    }

    function unitBond() external pure returns (uint128) {
        return 0;
    }

    /// Members of equal stake.
    function seats() internal pure virtual returns (uint256) {
        return 5;
    }

    /// Members whose commitment is sealed.
    function sealedRows() internal pure virtual returns (uint256) {
        return seats();
    }

    // ── What members do ───────────────────────────────────────────────────────────────────────────────────────────

    /// An update of squared norm 16, of which every member has its own.
    function ordinary(uint256 seed) internal pure returns (bytes memory update) {
        update = new bytes(8192);
        update[300 + seed] = 0x04;
    }

    function commit(uint256 i, bytes memory update) internal {
        Node memory n = nodes[i];
        MemberLeaf memory leaf;
        leaf.member = n.owner;
        leaf.slot = vault.slotOf(task, n.owner);
        leaf.weight = STAKE;
        leaf.updateRoot = SparseTree.root(chunkHashes(update), 5);
        leaf.commitment = ClaimLib.commitment(task, round, n.owner, leaf.updateRoot, SALT);
        bytes memory signature =
            signDigest(n.secret, ledgerDigest(Statements.commitment(task, round, n.owner, leaf.commitment)));
        leaf.signatureHash = keccak256(signature);
        leaf.verdict = 3;
        if (i < rows.length) {
            (rows[i], updates[i], signatures[i]) = (leaf, update, signature);
        } else {
            rows.push(leaf);
            updates.push(update);
            signatures.push(signature);
            attestations.push("");
        }
    }

    /// What a member signs about the sealed rows.
    function attestation(uint256 i, uint256 held) internal view returns (bytes memory) {
        bytes32 digest = this.commitmentsOf(rows);
        Node memory n = nodes[i];
        return signDigest(n.secret, ledgerDigest(Statements.attestation(task, round, n.owner, digest, held)));
    }

    /// The claim uses this attestation of the member.
    function attest(uint256 i, uint128 held) internal {
        attestations[i] = attestation(i, held);
        (rows[i].held, rows[i].attestationHash) = (held, keccak256(attestations[i]));
    }

    function attestAll(uint128 held) internal {
        for (uint256 i = 0; i < rows.length; ++i) {
            attest(i, held);
        }
    }

    // ── What the operator says ────────────────────────────────────────────────────────────────────────────────────

    function callUnavailable(uint256 i) internal {
        (rows[i].verdict, rows[i].updateRoot) = (1, 0);
    }

    function callInadmissible(uint256 i, uint8 reason, bytes32 arg) internal {
        (rows[i].verdict, rows[i].reason, rows[i].reasonArg) = (2, reason, arg);
    }

    /// Posts the claim over the rows as they are.
    function postRows() internal {
        claim = nextClaim(task, uint32(rows.length));
        claim.membersRoot = SparseTree.root(rowHashes(), 7);
        if (block.timestamp < ledger.current(task).commitEnd) vm.warp(ledger.current(task).commitEnd);
        postAs(op, task, claim, this.commitmentsOf(rows));
    }

    // ── Openings ──────────────────────────────────────────────────────────────────────────────────────────────────

    function theCase() internal view returns (IFraudJudge.Case memory) {
        return IFraudJudge.Case({task: task, round: round, recipient: watcher, claim: claim});
    }

    function openRow(uint256 i) internal view returns (IFraudJudge.MemberOpening memory m) {
        (m.row, m.leaf) = (i, rows[i]);
        bytes32[] memory path = SparseTree.proof(rowHashes(), i, 7);
        for (uint256 k = 0; k < 7; ++k) {
            m.path[k] = path[k];
        }
    }

    function openChunk(uint256 i, uint256 chunk) internal view returns (IFraudJudge.ValueOpening memory v) {
        bytes memory update = updates[i];
        (v.chunk, v.data) = (chunk, slice(update, chunk * 256, 256));
        v.path = SparseTree.proof(chunkHashes(update), chunk, 5);
    }

    function byRow(uint256 i, uint256 other) internal view returns (IFraudJudge.ReasonProof memory p) {
        p.member = openRow(i);
        p.other = new IFraudJudge.MemberOpening[](1);
        p.other[0] = openRow(other);
    }

    function byChunk(uint256 i, uint256 chunk) internal view returns (IFraudJudge.ReasonProof memory p) {
        p.member = openRow(i);
        p.chunk = new IFraudJudge.ValueOpening[](1);
        p.chunk[0] = openChunk(i, chunk);
    }

    /// @param norm that `reasonArg` commits to
    function bySums(uint256 i, int256 norm, bool withData) internal view returns (IFraudJudge.ReasonProof memory p) {
        p.member = openRow(i);
        p.sums = new IFraudJudge.OwnSums[](1);
        p.sums[0].nodes = new IFraudJudge.SumNode[](1);
        p.sums[0].nodes[0].leftSum = norm;
        if (withData) p.sums[0].data = updates[i];
    }

    /// `reasonArg` of reason 3 over one segment.
    function ownSums(int256 norm) internal pure returns (bytes32) {
        return keccak256(abi.encode(bytes32(0), norm, bytes32(0), int256(0)));
    }

    // ── Outcomes ──────────────────────────────────────────────────────────────────────────────────────────────────

    function assertRejected() internal view {
        assertEq(ledger.rejectable(task, round), 0, "the claim stands");
    }

    /// No proof about rows finds a fault, whoever tries.
    function assertNothingToProve() internal {
        IFraudJudge.Case memory c = theCase();
        expectNoFault();
        fraudJudge.proveCertificate(c, spec, rows);
        expectNoFault();
        fraudJudge.proveSealed(c, rows);
        for (uint256 i = 0; i < rows.length; ++i) {
            IFraudJudge.MemberOpening memory m = openRow(i);
            expectNoFault();
            fraudJudge.proveCommitment(c, m, "");
            expectNoFault();
            fraudJudge.proveCommitment(c, m, signatures[i]);
            expectNoFault();
            fraudJudge.proveAvailability(c, spec, rows, i);
            if (rows[i].attestationHash != 0) {
                expectNoFault();
                fraudJudge.proveAttestation(c, rows, i, attestations[i]);
            }
        }
    }

    function assertNoReasonProof(IFraudJudge.ReasonProof memory p) internal {
        IFraudJudge.Case memory c = theCase();
        expectNoFault();
        fraudJudge.proveReason(c, spec, p);
    }

    function expectNoFault() internal {
        vm.expectRevert(IFraudJudge.NoFault.selector);
    }

    // ── Bytes ─────────────────────────────────────────────────────────────────────────────────────────────────────

    function commitmentsOf(MemberLeaf[] calldata leaves) external pure returns (bytes32) {
        return MemberRows.commitments(leaves);
    }

    function rowHashes() internal view returns (bytes32[] memory hashes) {
        hashes = new bytes32[](rows.length);
        for (uint256 i = 0; i < rows.length; ++i) {
            hashes[i] = ClaimLib.hash(rows[i]);
        }
    }

    function chunkHashes(bytes memory update) internal pure returns (bytes32[] memory hashes) {
        hashes = new bytes32[](update.length / 256);
        for (uint256 c = 0; c < hashes.length; ++c) {
            hashes[c] = keccak256(slice(update, c * 256, 256));
        }
    }

    function slice(bytes memory data, uint256 start, uint256 size) internal pure returns (bytes memory out) {
        out = new bytes(size);
        for (uint256 i = 0; i < size; ++i) {
            out[i] = data[start + i];
        }
    }
}
