// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test, stdJson} from "forge-std/Test.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {ClaimLib} from "../../contracts/lib/ClaimLib.sol";
import {MerkleTree} from "../../contracts/lib/MerkleTree.sol";
import {Statements} from "../../contracts/lib/Statements.sol";
import {Claim, LedgerLeaf, MemberLeaf, RuleSpec, TaskSpec, TensorSpec} from "../../contracts/lib/Types.sol";
import {SparseTree} from "./support/SparseTree.sol";

/// @notice The Solidity side of test/vectors/protocol.json, which the TypeScript side writes and reads: what is hashed and
/// signed there must be what is checked here.
contract VectorsTest is Test {
    using stdJson for string;

    string private json;
    bytes32 private separator;
    uint256 private task;
    uint64 private round;

    function setUp() public {
        json = vm.readFile("test/vectors/protocol.json");
        task = json.readUint(".task");
        round = uint64(json.readUint(".round"));
        separator = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Quorate"),
                keccak256("2"),
                json.readUint(".domain.chainId"),
                json.readAddress(".domain.ledger")
            )
        );
    }

    function test_commitment() public view {
        _check(
            "Commitment", Statements.commitment(task, round, _member("Commitment"), _word("Commitment", "commitment"))
        );
    }

    function test_receipt() public view {
        _check("Receipt", Statements.receipt(task, round, _member("Receipt"), _word("Receipt", "commitment")));
    }

    function test_void() public view {
        _check("Void", Statements.voided(task, round, _word("Void", "claim")));
    }

    function test_reveal() public view {
        _check(
            "Reveal",
            Statements.reveal(task, round, _member("Reveal"), _word("Reveal", "updateRoot"), _word("Reveal", "salt"))
        );
    }

    function test_attestation() public view {
        bytes32 commitments = _word("Attestation", "commitments");
        uint256 held = json.readUint(".bodies.Attestation.held");
        _check("Attestation", Statements.attestation(task, round, _member("Attestation"), commitments, held));
    }

    function test_agreement() public view {
        _check("Agreement", Statements.agreement(task, round, _word("Agreement", "claim")));
    }

    function test_session() public view {
        uint64 expires = uint64(json.readUint(".bodies.Session.expires"));
        address operator = json.readAddress(".bodies.Session.operator");
        bytes32 peerKey = _word("Session", "peerKey");
        bytes32 certificate = _word("Session", "certificate");
        _check("Session", Statements.session(task, operator, _member("Session"), peerKey, certificate, expires));
    }

    function test_openingOfACommitment() public view {
        assertEq(
            ClaimLib.commitment(
                task,
                round,
                json.readAddress(".commitment.member"),
                json.readBytes32(".commitment.updateRoot"),
                json.readBytes32(".commitment.salt")
            ),
            json.readBytes32(".commitment.commitment")
        );
    }

    function test_claim() public view {
        Claim memory claim = Claim({
            parent: _claimRoot("parent"),
            membersRoot: _claimRoot("membersRoot"),
            gramRoot: _claimRoot("gramRoot"),
            traceRoot: _claimRoot("traceRoot"),
            transitionRoot: _claimRoot("transitionRoot"),
            modelRoot: _claimRoot("modelRoot"),
            referenceRoot: _claimRoot("referenceRoot"),
            ledgerRoot: _claimRoot("ledgerRoot"),
            evidence: _claimRoot("evidence"),
            ledgerTotal: uint128(json.readUint(".claim.value.ledgerTotal")),
            members: uint32(json.readUint(".claim.value.members"))
        });
        bytes32 expected = json.readBytes32(".claim.hash");
        assertEq(ClaimLib.hash(claim, task, round), expected);
        assertEq(this.hashCalldata(claim), expected);
    }

    function test_memberLeaf() public view {
        MemberLeaf memory leaf = MemberLeaf({
            member: json.readAddress(".memberLeaf.value.member"),
            slot: uint32(json.readUint(".memberLeaf.value.slot")),
            weight: uint128(json.readUint(".memberLeaf.value.weight")),
            commitment: json.readBytes32(".memberLeaf.value.commitment"),
            signatureHash: json.readBytes32(".memberLeaf.value.signatureHash"),
            updateRoot: json.readBytes32(".memberLeaf.value.updateRoot"),
            held: uint128(json.readUint(".memberLeaf.value.held")),
            attestationHash: json.readBytes32(".memberLeaf.value.attestationHash"),
            verdict: uint8(json.readUint(".memberLeaf.value.verdict")),
            reason: uint8(json.readUint(".memberLeaf.value.reason")),
            reasonArg: json.readBytes32(".memberLeaf.value.reasonArg"),
            beta: uint32(json.readUint(".memberLeaf.value.beta")),
            score: uint128(json.readUint(".memberLeaf.value.score"))
        });
        assertEq(ClaimLib.hash(leaf), json.readBytes32(".memberLeaf.hash"));
    }

    function test_ledgerLeafAndItsProof() public view {
        LedgerLeaf memory leaf = LedgerLeaf({
            member: json.readAddress(".ledgerLeaf.value.member"),
            reward: uint128(json.readUint(".ledgerLeaf.value.reward")),
            strikes: uint32(json.readUint(".ledgerLeaf.value.strikes")),
            reputation: uint32(json.readUint(".ledgerLeaf.value.reputation")),
            extra: json.readBytes32(".ledgerLeaf.value.extra")
        });
        bytes32 hash = ClaimLib.hash(leaf);
        assertEq(hash, json.readBytes32(".ledgerLeaf.hash"));
        bytes32[] memory proof = json.readBytes32Array(".ledger.proof");
        assertEq(proof.length, 10);
        assertEq(MerkleTree.rootFrom(hash, json.readUint(".ledger.slot"), proof), json.readBytes32(".ledger.root"));
    }

    function test_spec() public view {
        TaskSpec memory spec;
        spec.tensors = new TensorSpec[](2);
        for (uint256 i = 0; i < 2; ++i) {
            string memory path = string.concat(".spec.value.tensors[", vm.toString(i), "]");
            spec.tensors[i] = TensorSpec({
                length: uint32(json.readUint(string.concat(path, ".length"))),
                updateExponent: int8(json.readInt(string.concat(path, ".updateExponent"))),
                modelExponent: int8(json.readInt(string.concat(path, ".modelExponent"))),
                eta: uint32(json.readUint(string.concat(path, ".eta"))),
                shift: uint8(json.readUint(string.concat(path, ".shift")))
            });
        }
        spec.rule = RuleSpec({
            rule: uint8(json.readUint(".spec.value.rule.rule")),
            byzantineBps: uint16(json.readUint(".spec.value.rule.byzantineBps")),
            iterations: uint8(json.readUint(".spec.value.rule.iterations")),
            capQ16: uint32(json.readUint(".spec.value.rule.capQ16")),
            rejectBps: uint16(json.readUint(".spec.value.rule.rejectBps")),
            referenceKind: uint8(json.readUint(".spec.value.rule.reference")),
            referenceDecay: uint16(json.readUint(".spec.value.rule.referenceDecay")),
            referenceGain: uint8(json.readUint(".spec.value.rule.referenceGain"))
        });
        spec.minNormSq = uint64(json.readUint(".spec.value.minNormSq"));
        spec.maxNormSq = uint64(json.readUint(".spec.value.maxNormSq"));
        spec.toleranceBps = uint16(json.readUint(".spec.value.toleranceBps"));
        spec.minSealedBps = uint16(json.readUint(".spec.value.minSealedBps"));
        spec.rewardPerRound = uint128(json.readUint(".spec.value.rewardPerRound"));
        spec.operatorShareBps = uint16(json.readUint(".spec.value.operatorShareBps"));
        spec.committee = uint16(json.readUint(".spec.value.committee"));
        spec.genesisModelRoot = json.readBytes32(".spec.value.genesisModelRoot");
        spec.document = json.readBytes32(".spec.value.document");
        assertEq(ClaimLib.hash(spec), json.readBytes32(".spec.hash"));
    }

    function test_merkleProofs() public view {
        bytes32[] memory leaves = json.readBytes32Array(".merkle.leaves");
        uint256 depth = json.readUint(".merkle.depth");
        bytes32 root = json.readBytes32(".merkle.root");
        assertEq(SparseTree.root(leaves, depth), root);
        for (uint256 i = 0; i < leaves.length; ++i) {
            bytes32[] memory proof = json.readBytes32Array(string.concat(".merkle.proofs[", vm.toString(i), "]"));
            assertEq(proof.length, depth);
            assertEq(MerkleTree.rootFrom(leaves[i], i, proof), root);
        }
    }

    /// @dev External: the claim is calldata.
    function hashCalldata(Claim calldata claim) external view returns (bytes32) {
        return ClaimLib.hashCalldata(claim, task, round);
    }

    function _check(string memory name, bytes32 structHash) private view {
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", separator, structHash));
        assertEq(digest, json.readBytes32(string.concat(".statements.", name, ".digest")));
        bytes memory signature = json.readBytes(string.concat(".statements.", name, ".signature"));
        assertEq(ECDSA.recover(digest, signature), json.readAddress(".signer"));
    }

    function _member(string memory name) private view returns (address) {
        return json.readAddress(string.concat(".bodies.", name, ".member"));
    }

    function _word(string memory name, string memory field) private view returns (bytes32) {
        return json.readBytes32(string.concat(".bodies.", name, ".", field));
    }

    function _claimRoot(string memory field) private view returns (bytes32) {
        return json.readBytes32(string.concat(".claim.value.", field));
    }
}
