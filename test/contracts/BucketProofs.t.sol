// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test, stdJson} from "forge-std/Test.sol";
import {IFraudJudge} from "../../contracts/interfaces/IFraudJudge.sol";
import {IRoundLedger} from "../../contracts/interfaces/IRoundLedger.sol";

/// @dev What judge and proofs ask ledger, vault and draw about a round of the vectors: task 1, number 9, in epochs of eight.
contract VectorRound {
    struct Facts {
        uint64[] buckets;
        bytes32 specHash;
        address operator;
        uint256 operatorSlot;
    }

    /// @param forced the commitment that the chain took, 0 if none
    struct Member {
        address member;
        uint256 slot;
        uint256 weight;
        bytes32 forced;
    }

    Facts private _facts;
    mapping(address owner => Member) private _members;
    /// The claim that stands.
    bytes32 public standing;

    constructor(Facts memory facts) {
        _facts = facts;
        _members[facts.operator].slot = facts.operatorSlot;
    }

    function add(Member calldata one) external {
        _members[one.member] = one;
    }

    function post(bytes32 claimHash) external {
        standing = claimHash;
    }

    function buckets(uint256 task, uint64 epoch) external view returns (uint64[] memory) {
        require(task == 1 && epoch == 1, "another epoch");
        return _facts.buckets;
    }

    function ledger() external view returns (address) {
        return address(this);
    }

    function vault() external view returns (address) {
        return address(this);
    }

    function specHash(uint256) external view returns (bytes32) {
        return _facts.specHash;
    }

    function rejectable(uint256, uint64) external view returns (bytes32) {
        return standing;
    }

    function tryReject(uint256, uint64, bytes32, address) external view returns (bytes32) {
        return standing;
    }

    function round(uint256, uint64) external view returns (IRoundLedger.RoundView memory view_) {
        (view_.status, view_.claimHash, view_.operator) = (IRoundLedger.RoundStatus.Final, standing, _facts.operator);
    }

    function weightOf(uint256, uint64, address member) external view returns (uint128) {
        return uint128(_members[member].weight);
    }

    function slotOf(uint256, address member) external view returns (uint32) {
        return uint32(_members[member].slot);
    }

    function forcedCommitment(uint256, uint64, address member) external view returns (bytes32) {
        return _members[member].forced;
    }
}

/// @notice Replays the calls that TypeScript makes (scripts/bucket-proof-vectors.ts) to a judge. Those against a false claim
/// show its fault, those against an honest claim show none, and no other proof of the judge does.
contract BucketProofsTest is Test {
    using stdJson for string;

    /// Calls of one kind, the round that each is about, and the hash of its claim.
    struct Calls {
        string[] names;
        uint256[] rounds;
        bytes32[] claims;
        bytes[] data;
    }

    VectorRound[] private rounds;
    address[] private judges;
    Calls private honest;
    Calls private lies;

    function setUp() public {
        _load("test/vectors/bucket-proofs.json");
    }

    function _load(string memory path) private {
        string memory json = vm.readFile(path);
        delete rounds;
        delete judges;
        for (uint256 i = 0; json.keyExists(string.concat(".rounds[", vm.toString(i), "]")); ++i) {
            VectorRound round = _roundAt(json, string.concat(".rounds[", vm.toString(i), "]"));
            rounds.push(round);
            judges.push(
                vm.deployCode(
                    "FraudJudge.sol",
                    abi.encode(
                        round,
                        vm.deployCode("MemberProofs.sol", abi.encode(round)),
                        vm.deployCode("TraceRules.sol"),
                        vm.deployCode("BucketProofs.sol", abi.encode(round)),
                        address(0)
                    )
                )
            );
        }
        honest = _read(json, ".honest");
        lies = _read(json, ".lies");
    }

    function _roundAt(string memory json, string memory at) private returns (VectorRound round) {
        uint256[] memory read = json.readUintArray(string.concat(at, ".buckets"));
        VectorRound.Facts memory facts;
        facts.buckets = new uint64[](read.length);
        for (uint256 b = 0; b < read.length; ++b) {
            facts.buckets[b] = uint64(read[b]);
        }
        facts.specHash = json.readBytes32(string.concat(at, ".specHash"));
        facts.operator = json.readAddress(string.concat(at, ".operator"));
        facts.operatorSlot = json.readUint(string.concat(at, ".operatorSlot"));
        round = new VectorRound(facts);
        address[] memory members = json.readAddressArray(string.concat(at, ".members"));
        uint256[] memory slots = json.readUintArray(string.concat(at, ".slots"));
        uint256[] memory weights = json.readUintArray(string.concat(at, ".weights"));
        bytes32[] memory forced = json.readBytes32Array(string.concat(at, ".forced"));
        for (uint256 i = 0; i < members.length; ++i) {
            round.add(VectorRound.Member(members[i], slots[i], weights[i], forced[i]));
        }
    }

    function _read(string memory json, string memory at) private pure returns (Calls memory) {
        return Calls(
            json.readStringArray(string.concat(at, ".names")),
            json.readUintArray(string.concat(at, ".rounds")),
            json.readBytes32Array(string.concat(at, ".claims")),
            json.readBytesArray(string.concat(at, ".data"))
        );
    }

    /// Random rounds of scripts/bucket-proof-fuzz.ts.
    function test_folder() public {
        string memory folder = vm.envOr("BUCKET_VECTORS", string(""));
        if (bytes(folder).length == 0) return;
        uint256 count = 0;
        for (; vm.exists(string.concat(folder, vm.toString(count), ".json")); ++count) {
            this.judgeFile(string.concat(folder, vm.toString(count), ".json"));
        }
        assertGt(count, 0);
    }

    /// In a call of its own, whose memory is free again after it.
    function judgeFile(string calldata path) external {
        _load(path);
        _judgeHonest();
        _judgeLies();
    }

    function test_honestClaimsHaveNoFault() public {
        assertGt(honest.data.length, 50);
        _judgeHonest();
    }

    /// The claim of the call stands.
    function _send(Calls storage calls, uint256 i) private returns (bool shown, bytes memory answer) {
        rounds[calls.rounds[i]].post(calls.claims[i]);
        return judges[calls.rounds[i]].call(calls.data[i]);
    }

    function _judgeHonest() private {
        for (uint256 i = 0; i < honest.data.length; ++i) {
            (bool shown, bytes memory answer) = _send(honest, i);
            assertFalse(shown, honest.names[i]);
            assertEq(answer, abi.encodePacked(IFraudJudge.NoFault.selector), honest.names[i]);
        }
    }

    function test_liesAreShown() public {
        assertGt(lies.data.length, 25);
        _judgeLies();
    }

    function _judgeLies() private {
        for (uint256 i = 0; i < lies.data.length; ++i) {
            (bool shown, bytes memory answer) = _send(lies, i);
            assertTrue(shown, string.concat(lies.names[i], ": ", vm.toString(answer)));
        }
    }

    /// The largest proof opens seven segments here, eight at most. It fits into a transaction of 128 KiB and into a block.
    function test_aProofOfSumsFitsIntoATransaction() public {
        uint256 largest = 0;
        for (uint256 i = 0; i < honest.data.length; ++i) {
            bytes memory data = honest.data[i];
            if (data.length <= largest) continue;
            largest = data.length;
            uint256 before = gasleft();
            (bool shown,) = _send(honest, i);
            assertLt(before - gasleft(), 5_000_000);
            assertFalse(shown);
        }
        assertGt(largest, 7 * 8192);
        assertLt(largest * 8 / 7, 128 * 1024);
    }

    /// Bytes that no member showed are no part of a sum, so they show no fault.
    function test_otherBytesOpenNothing() public {
        uint256 last = lies.data.length - 1;
        bytes memory data = lies.data[last];
        (bool shown,) = _send(lies, last);
        assertTrue(shown);
        // Segments are most of the call, so these are in seven of them.
        for (uint256 k = 1; k < 8; ++k) {
            uint256 place = data.length * (2 * k + 1) / 18;
            bytes1 kept = data[place];
            data[place] = ~kept;
            (shown,) = judges[lies.rounds[last]].call(data);
            assertFalse(shown);
            data[place] = kept;
        }
    }
}
