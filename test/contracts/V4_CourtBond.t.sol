// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDataCourt} from "../../contracts/interfaces/IDataCourt.sol";
import {IFraudJudge} from "../../contracts/interfaces/IFraudJudge.sol";
import {TraceLayout} from "../../contracts/judge/TraceLayout.sol";
import {ClaimLib} from "../../contracts/lib/ClaimLib.sol";
import {Statements} from "../../contracts/lib/Statements.sol";
import {Claim, MemberLeaf, TaskSpec} from "../../contracts/lib/Types.sol";
import {Fixture, TaskConfig} from "./support/Fixture.sol";
import {SparseTree} from "./support/SparseTree.sol";

/// @notice The bond of a request pays for its answer, whoever asked: every kind of answer is sent at its dearest, as a
/// transaction of its own, for the largest claim that a task may have (2^30 coordinates, 128 admitted rows). Calldata is
/// counted by EIP-7623 where that is more.
/// forge-config: default.isolate = true
contract V4_CourtBondTest is Fixture {
    uint128 private constant UNIT_BOND = 2 ether;
    bytes32 private constant SALT = keccak256("salt");
    IDataCourt private court;
    address private asker;
    uint256 private task;
    TaskSpec private spec;
    Claim private claim;
    IDataCourt.Row[] private rows;
    IFraudJudge.TraceOpening private stakes;
    int256[] private traceWords;
    bytes32[] private transitionWords;
    bytes32[] private nodes;
    bytes private segment;
    IFraudJudge.SumNode[] private sums;
    IFraudJudge.SumNode[] private chain;

    function setUp() public override {
        super.setUp();
        court = IDataCourt(vm.deployCode("DataCourt.sol", abi.encode(ledger, UNIT_BOND, 1)));
        judge = deployJudge(address(court));
        Node memory op = operator("op");
        Node[] memory members = new Node[](16);
        for (uint256 i = 0; i < 16; ++i) {
            members[i] = member(string.concat("m", vm.toString(i)), BOND);
        }
        asker = members[0].owner;
        mint(asker, 1000 ether);
        vm.prank(asker);
        token.approve(address(court), type(uint256).max);
        skip(1);
        TaskConfig memory config = taskConfig(op);
        config.spec.tensors[0].length = 1 << 30;
        (config.spec.rule.rule, config.spec.rule.iterations, config.spec.rule.referenceKind) = (1, 64, 3);
        keep(spec, config.spec);
        task = openTask(config);
        skip(100);
        claim = nextClaim(task, 16);
        makeVectors();
        makeTrace();
        makeSums();
        makeRows(members);
        postAs(op, task, claim);
    }

    // ── The claim: every tree is as deep as can be, what is asked for lies at its left edge ───────────────────────────

    function words(string memory name, uint256 count) private pure returns (bytes32[] memory list) {
        list = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            list[i] = keccak256(abi.encode(name, i));
        }
    }

    function above(bytes32 node, bytes32[] memory path) private pure returns (bytes32) {
        for (uint256 i = 0; i < path.length; ++i) {
            node = keccak256(abi.encode(node, path[i]));
        }
        return node;
    }

    function makeVectors() private {
        nodes = words("nodes", 32);
        claim.modelRoot = above(SparseTree.root(nodes, 5), words("model", 17));
        transitionWords = words("transition", 132);
        claim.transitionRoot = above(keccak256(abi.encodePacked(transitionWords)), words("transitions", 22));
        segment = abi.encodePacked(words("segment", 256));
    }

    function makeTrace() private {
        bytes32[] memory random = words("trace", 260);
        for (uint256 i = 0; i < 132; ++i) {
            if (i < 128) stakes.words.push(int256(uint256(random[i])));
            traceWords.push(int256(uint256(random[128 + i])));
        }
        stakes.kind = TraceLayout.STAKES;
        bytes32 other = keccak256(abi.encodePacked(uint32(2), uint32(1), traceWords));
        stakes.path.push(other);
        bytes32[] memory siblings = words("trace path", 9);
        for (uint256 i = 0; i < 9; ++i) {
            stakes.path.push(siblings[i]);
        }
        claim.traceRoot = above(stakesHash(), stakes.path);
    }

    function stakesHash() private view returns (bytes32) {
        return keccak256(abi.encodePacked(TraceLayout.STAKES, uint32(0), stakes.words));
    }

    function makeSums() private {
        bytes32[] memory random = words("sums", 80);
        IFraudJudge.SumNode[] memory made = new IFraudJudge.SumNode[](31);
        for (uint256 i = 31; i > 0;) {
            --i;
            made[i] = IFraudJudge.SumNode(random[2 * i], 1 << 44, random[2 * i + 1], -(1 << 44));
            if (i < 15) made[i].leftHash = keccak256(abi.encode(made[2 * i + 1]));
            if (i < 15) made[i].rightHash = keccak256(abi.encode(made[2 * i + 2]));
        }
        for (uint256 i = 0; i < 31; ++i) {
            sums.push(made[i]);
        }
        IFraudJudge.SumNode[] memory up = new IFraudJudge.SumNode[](12);
        bytes32 hash = keccak256(abi.encode(made[0]));
        for (uint256 i = 12; i > 0;) {
            --i;
            up[i] = IFraudJudge.SumNode(hash, 1 << 44, random[62 + i], -(1 << 44));
            hash = keccak256(abi.encode(up[i]));
        }
        for (uint256 i = 0; i < 12; ++i) {
            chain.push(up[i]);
        }
        claim.gramRoot = keccak256(abi.encode(hash, int256(1 << 44), uint256(0)));
    }

    function makeRows(Node[] memory members) private {
        bytes32 updateRoot = above(segmentRoot(), words("update", 17));
        for (uint256 i = 0; i < 16; ++i) {
            rows.push();
            IDataCourt.Row storage row = rows[i];
            MemberLeaf memory leaf;
            (leaf.member, leaf.slot, leaf.weight) = (members[i].owner, uint32(i + 1), BOND);
            (leaf.updateRoot, leaf.held) = (updateRoot, type(uint128).max);
            leaf.commitment = ClaimLib.commitment(task, 1, leaf.member, updateRoot, SALT);
            row.signature =
                signDigest(members[i].secret, ledgerDigest(Statements.commitment(task, 1, leaf.member, leaf.commitment)));
            row.attestation = signDigest(
                members[i].secret, ledgerDigest(Statements.attestation(task, 1, leaf.member, DIGEST, type(uint128).max))
            );
            row.salt = SALT;
            (leaf.signatureHash, leaf.attestationHash) = (keccak256(row.signature), keccak256(row.attestation));
            (leaf.verdict, leaf.beta, leaf.score) = (3, 65_536, type(uint64).max);
            row.leaf = leaf;
        }
        claim.membersRoot = above(SparseTree.root(leaves(), 4), words("rows", 3));
    }

    function segmentRoot() private pure returns (bytes32) {
        bytes32[] memory all = words("segment", 256);
        bytes32[] memory chunks = new bytes32[](32);
        for (uint256 i = 0; i < 32; ++i) {
            bytes memory chunk;
            for (uint256 k = 0; k < 8; ++k) {
                chunk = bytes.concat(chunk, all[8 * i + k]);
            }
            chunks[i] = keccak256(chunk);
        }
        return SparseTree.root(chunks, 5);
    }

    function leaves() private view returns (bytes32[] memory list) {
        list = new bytes32[](16);
        for (uint256 i = 0; i < 16; ++i) {
            list[i] = ClaimLib.hash(rows[i].leaf);
        }
    }

    function pathOfRow() private view returns (bytes32[] memory path) {
        path = new bytes32[](7);
        bytes32[] memory low = SparseTree.proof(leaves(), 0, 4);
        bytes32[] memory high = words("rows", 3);
        for (uint256 i = 0; i < 7; ++i) {
            path[i] = i < 4 ? low[i] : high[i - 4];
        }
    }

    // ── Requests and their answers ──────────────────────────────────────────────────────────────────────────────────

    function dispute() private view returns (IDataCourt.Dispute memory) {
        return IDataCourt.Dispute(task, 1, claim);
    }

    /// Sends a request and returns what it is about.
    function ask(bytes memory call) private returns (IDataCourt.Target memory t) {
        vm.recordLogs();
        vm.prank(asker);
        (bool ok, bytes memory reason) = address(court).call(call);
        assertTrue(ok, vm.toString(reason));
        (,, t) = abi.decode(vm.getRecordedLogs()[0].data, (address, uint40, IDataCourt.Target));
    }

    function askNode() private returns (bytes memory) {
        IDataCourt.Target memory t =
            ask(abi.encodeCall(IDataCourt.requestNode, (dispute(), spec, IDataCourt.Tree.Model, 17, 0, stakes)));
        return abi.encodeCall(IDataCourt.answerNode, (t, nodes, words("model", 17)));
    }

    function askLeaf(IDataCourt.Tree tree, uint64 index) private returns (IDataCourt.Target memory) {
        return ask(abi.encodeCall(IDataCourt.requestLeaf, (dispute(), spec, tree, index, stakes)));
    }

    /// @dev The dearest request of each kind and its answer.
    function play(uint256 which) private returns (string memory name, IDataCourt.Target memory t, bytes memory answer) {
        if (which == 0) {
            name = "stakes";
            t = ask(abi.encodeCall(IDataCourt.requestStakes, (dispute())));
            answer = abi.encodeCall(IDataCourt.answerStakes, (t, stakes.words, stakes.path));
        } else if (which == 1) {
            name = "trace leaf";
            t = askLeaf(IDataCourt.Tree.Trace, 1);
            bytes32[] memory path = stakes.path;
            path[0] = stakesHash();
            bytes memory leaf = abi.encodePacked(uint32(2), uint32(1), traceWords);
            answer = abi.encodeCall(IDataCourt.answerLeaf, (t, leaf, path));
        } else if (which == 2) {
            name = "transition leaf";
            t = askLeaf(IDataCourt.Tree.Transition, 0);
            bytes memory leaf = abi.encodePacked(transitionWords);
            answer = abi.encodeCall(IDataCourt.answerLeaf, (t, leaf, words("transitions", 22)));
        } else if (which == 3) {
            name = "row";
            t = askLeaf(IDataCourt.Tree.Members, 0);
            IDataCourt.Row[] memory one = new IDataCourt.Row[](1);
            one[0] = rows[0];
            answer = abi.encodeCall(IDataCourt.answerRows, (t, one, pathOfRow()));
        } else if (which == 4) {
            name = "16 rows";
            t = ask(abi.encodeCall(IDataCourt.requestRows, (dispute(), 0)));
            answer = abi.encodeCall(IDataCourt.answerRows, (t, rows, words("rows", 3)));
        } else if (which == 5) {
            name = "chunk";
            IFraudJudge.MemberOpening memory m;
            m.leaf = rows[0].leaf;
            bytes32[] memory path = pathOfRow();
            for (uint256 i = 0; i < 7; ++i) {
                m.path[i] = path[i];
            }
            t = ask(abi.encodeCall(IDataCourt.requestChunk, (dispute(), spec, m, 0)));
            answer = abi.encodeCall(IDataCourt.answerChunk, (t, segment, words("update", 17)));
        } else if (which == 6) {
            name = "sums";
            IDataCourt.PairLeaf memory pair;
            (pair.hash, pair.product) = (keccak256(abi.encode(chain[0])), 1 << 44);
            t = ask(abi.encodeCall(IDataCourt.requestSums, (dispute(), spec, pair, 12, 0)));
            answer = abi.encodeCall(IDataCourt.answerSums, (t, chain, sums));
        } else {
            name = "node";
            answer = askNode();
            (t,,) = this.argumentsOfNode(answer);
        }
    }

    function argumentsOfNode(bytes calldata call)
        external
        pure
        returns (IDataCourt.Target memory, bytes32[] memory, bytes32[] memory)
    {
        return abi.decode(call[4:], (IDataCourt.Target, bytes32[], bytes32[]));
    }

    /// Gas of a transaction with this answer.
    function gasOf(address by, bytes memory answer) private returns (uint256 gas) {
        vm.prank(by);
        (bool ok, bytes memory reason) = address(court).call(answer);
        gas = vm.lastCallGas().gasTotalUsed;
        assertTrue(ok, vm.toString(reason));
        uint256 floor = 21_000;
        for (uint256 i = 0; i < answer.length; ++i) {
            floor += answer[i] == 0 ? 10 : 40;
        }
        if (floor > gas) gas = floor;
    }

    /// INVARIANT: an answer is paid as it is dear, whoever asked and whoever answers.
    function test_V4_theBondPaysForEveryAnswer() public {
        for (uint256 which = 0; which < 8; ++which) {
            uint256 state = vm.snapshotState();
            (string memory name, IDataCourt.Target memory t, bytes memory answer) = play(which);
            // The court never owed this account anything: its first answer costs the most.
            address fresh = makeAddr("fresh");
            uint256 gas = gasOf(fresh, answer);
            uint256 units = court.unitsOf(t.kind, t.tree);
            emit log_named_uint(name, gas);
            assertLe(gas, units * court.BOND_GAS(), name);
            assertEq(court.owed(fresh), units * UNIT_BOND, name);
            vm.revertToStateAndDelete(state);
        }
    }

    /// A committee's open units fit into the window only if no answer adds more to a batch than its units.
    function test_M1_noAnswerOfABatchTakesMoreThanItsUnits() public {
        address answerer = makeAddr("answerer");
        for (uint256 which = 0; which < 8; ++which) {
            uint256 state = vm.snapshotState();
            (,, bytes memory first_) = play(which == 7 ? 0 : 7);
            (string memory name, IDataCourt.Target memory t, bytes memory answer) = play(which);
            bytes[] memory calls = new bytes[](1);
            calls[0] = first_;
            uint256 asked = vm.snapshotState();
            uint256 alone = gasOf(answerer, abi.encodeCall(IDataCourt.batch, (calls)));
            vm.revertToStateAndDelete(asked);
            calls = new bytes[](2);
            (calls[0], calls[1]) = (first_, answer);
            uint256 gas = gasOf(answerer, abi.encodeCall(IDataCourt.batch, (calls))) - alone;
            emit log_named_uint(name, gas);
            assertLe(gas, court.unitsOf(t.kind, t.tree) * court.UNIT_GAS(), name);
            vm.revertToStateAndDelete(state);
        }
    }

    /// An account may ask for one thing at a time, so that no two answers share a transaction: each brings its price.
    function test_V4_thePriceOfARequestIsItsUnits() public {
        uint256 before = token.balanceOf(asker);
        uint256 units = 0;
        for (uint256 which = 0; which < 8; ++which) {
            (, IDataCourt.Target memory t, bytes memory answer) = play(which);
            units += court.unitsOf(t.kind, t.tree);
            assertEq(before - token.balanceOf(asker), units * UNIT_BOND);
            assertEq(court.openUnits(t.claimHash, asker), court.unitsOf(t.kind, t.tree));
            gasOf(makeAddr("answerer"), answer);
        }
        assertEq(court.owed(makeAddr("answerer")), units * UNIT_BOND);
        assertEq(held(address(court)), 0);
    }
}
