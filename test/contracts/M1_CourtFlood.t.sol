// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDataCourt} from "../../contracts/interfaces/IDataCourt.sol";
import {IFraudJudge} from "../../contracts/interfaces/IFraudJudge.sol";
import {IPayouts} from "../../contracts/interfaces/IPayouts.sol";
import {IRoundLedger} from "../../contracts/interfaces/IRoundLedger.sol";
import {ClaimLib} from "../../contracts/lib/ClaimLib.sol";
import {Claim, LedgerLeaf, TaskSpec, TensorSpec} from "../../contracts/lib/Types.sol";
import {Fixture, TaskConfig} from "./support/Fixture.sol";
import {SparseTree} from "./support/SparseTree.sol";

/// @notice A whole committee asks for as much as it may, all at once, about a true claim. A node that answers the oldest
/// requests first, in batches that take a quarter of each block, answers everything in a quarter of the window.
contract M1_CourtFloodTest is Fixture {
    uint128 private constant COURT_BOND = 2 ether;
    uint256 private constant MEMBERS = 128;
    IDataCourt private court;
    Node private op;
    Node[] private members;
    TaskSpec private spec;
    uint256 private task;
    Claim private claim;
    bytes32[] private leaves;
    LedgerLeaf private paid;
    IDataCourt.Target[] private asked;
    /// Nodes of the ledger tree by height: above the one leaf, and elsewhere.
    bytes32[11] private filled;
    bytes32[11] private empty;

    function setUp() public override {
        super.setUp();
        court = IDataCourt(vm.deployCode("DataCourt.sol", abi.encode(ledger, COURT_BOND, 1)));
        court = IDataCourt(vm.deployCode("DataCourt.sol", abi.encode(ledger, COURT_BOND, court.FULL_WINDOW())));
        judge = deployJudge(address(court));
        op = operator("op");
        for (uint256 i = 0; i < MEMBERS; ++i) {
            members.push(member(string.concat("m", vm.toString(i)), BOND));
        }
        skip(1);
        TaskConfig memory config = taskConfig(op);
        keep(spec, config.spec);
        config.terms.windows.challenge = uint32(8 * court.FULL_WINDOW());
        task = openTask(config);
        fund(task, REWARD);
        paid = leafOf(members[0].owner, REWARD);
        leaves.push(ClaimLib.hash(paid));
        filled[0] = leaves[0];
        for (uint256 h = 0; h < 10; ++h) {
            filled[h + 1] = keccak256(abi.encode(filled[h], empty[h]));
            empty[h + 1] = keccak256(abi.encode(empty[h], empty[h]));
        }
        skip(100);
        claim = nextClaim(task, 0);
        (claim.ledgerRoot, claim.ledgerTotal) = (SparseTree.root(leaves, 10), REWARD);
        postAs(op, task, claim);
    }

    function target(uint64 index) private view returns (IDataCourt.Target memory t) {
        (t.task, t.round, t.kind, t.tree) = (task, 1, IDataCourt.Kind.Leaf, IDataCourt.Tree.Ledger);
        (t.depth, t.level, t.index) = (10, 10, index);
        (t.claimHash, t.root) = (ClaimLib.hash(claim, task, 1), claim.ledgerRoot);
    }

    function nodeTarget(uint8 level, uint64 index) private view returns (IDataCourt.Target memory t) {
        t = target(index);
        (t.kind, t.level) = (IDataCourt.Kind.Node, level);
    }

    /// The k-th part of the ledger tree: 1,024 leaves, then nodes from the bottom up.
    function part(uint256 k) private view returns (IDataCourt.Target memory) {
        if (k < 1024) return target(uint64(k));
        uint256 offset = k - 1024;
        for (uint8 level = 9;; --level) {
            if (offset < 1 << level) return nodeTarget(level, uint64(offset));
            offset -= 1 << level;
        }
        revert();
    }

    function requestCall(IDataCourt.Target memory t) private view returns (bytes memory) {
        IFraudJudge.TraceOpening memory none;
        IDataCourt.Dispute memory d = IDataCourt.Dispute(task, 1, claim);
        return t.kind == IDataCourt.Kind.Leaf
            ? abi.encodeCall(IDataCourt.requestLeaf, (d, spec, t.tree, t.index, none))
            : abi.encodeCall(IDataCourt.requestNode, (d, spec, t.tree, t.level, t.index, none));
    }

    /// `count` different parts, asked by member `by` in one transaction.
    function ask(uint256 by, uint256 from, uint256 count) private {
        this.askInACall(by, from, count);
    }

    /// A call of its own, so that memory is freed.
    function askInACall(uint256 by, uint256 from, uint256 count) external {
        bytes[] memory calls = new bytes[](count);
        for (uint256 i = 0; i < count; ++i) {
            asked.push(part(from + i));
            calls[i] = requestCall(asked[asked.length - 1]);
        }
        mint(members[by].key, count * COURT_BOND);
        vm.startPrank(members[by].key);
        token.approve(address(court), count * COURT_BOND);
        assertEq(court.batch(calls), count);
        vm.stopPrank();
    }

    /// Hash of the node `height` levels above the leaves.
    function node(uint256 height, uint256 index) private view returns (bytes32) {
        return index == 0 ? filled[height] : empty[height];
    }

    function answerCall(IDataCourt.Target memory t) private view returns (bytes memory) {
        bytes32[] memory path = new bytes32[](t.level);
        for (uint256 k = 0; k < t.level; ++k) {
            path[k] = node(10 - t.level + k, (t.index >> k) ^ 1);
        }
        if (t.kind == IDataCourt.Kind.Leaf) {
            return abi.encodeCall(IDataCourt.answerLeaf, (t, t.index == 0 ? abi.encode(paid) : bytes(""), path));
        }
        uint256 levels = 10 - t.level < 5 ? 10 - t.level : 5;
        bytes32[] memory nodes = new bytes32[](1 << levels);
        for (uint256 i = 0; i < nodes.length; ++i) {
            nodes[i] = node(10 - t.level - levels, (uint256(t.index) << levels) + i);
        }
        return abi.encodeCall(IDataCourt.answerNode, (t, nodes, path));
    }

    /// @return blocks until all that was asked is answered, a quarter of each block's gas at a time
    function answerAll() private returns (uint256 blocks) {
        uint256 perBatch = court.BLOCK_GAS_LIMIT() / 4 / court.UNIT_GAS();
        for (uint256 from = 0; from < asked.length; from += perBatch) {
            skip(court.BLOCK_SECONDS());
            ++blocks;
            this.answerBatch(from, asked.length - from < perBatch ? asked.length - from : perBatch);
        }
    }

    /// A call of its own, so that memory is freed.
    function answerBatch(uint256 from, uint256 count) external {
        bytes[] memory calls = new bytes[](count);
        for (uint256 i = 0; i < count; ++i) {
            calls[i] = answerCall(asked[from + i]);
        }
        bytes memory data = abi.encodeCall(IDataCourt.batch, (calls));
        uint256 gas = gasleft();
        vm.prank(op.key);
        (bool ok, bytes memory done) = address(court).call(data);
        gas -= gasleft();
        assertTrue(ok);
        assertEq(abi.decode(done, (uint256)), count);
        assertLe(21_000 + gas + calldataGas(data), court.BLOCK_GAS_LIMIT() / 4, "within its part of the block");
    }

    function calldataGas(bytes memory data) private pure returns (uint256 gas) {
        for (uint256 i = 0; i < data.length; ++i) {
            gas += data[i] == 0 ? 4 : 16;
        }
    }

    function assertStands(uint256 requests) private {
        for (uint256 i = 0; i < asked.length; ++i) {
            assertEq(uint8(court.request(court.idOf(asked[i])).status), uint8(IDataCourt.Status.Answered));
        }
        IDataCourt.Target memory last = asked[asked.length - 1];
        bytes32 id = court.idOf(last);
        skip(court.answerWindow(task));
        vm.expectRevert(abi.encodeWithSelector(IDataCourt.NotOpen.selector, id, IDataCourt.Status.Answered));
        court.expire(last);
        assertEq(uint8(ledger.round(task, 1).status), uint8(IRoundLedger.RoundStatus.Posted));
        assertEq(slashable(op.owner), OPERATOR_BOND);
        assertEq(court.owed(op.key), requests * COURT_BOND);
        court.collect(op.key);
        assertEq(token.balanceOf(op.key), requests * COURT_BOND);
    }

    function test_M1_sixtyRequests() public {
        for (uint256 i = 0; i < 4; ++i) {
            ask(i, 15 * i, 15);
        }
        assertEq(answerAll(), 1);
        assertStands(60);
    }

    function test_M1_theMostThatTheLimitsAllow() public {
        // All but the root of the ledger tree, and that.
        for (uint256 i = 0; i < MEMBERS - 1; ++i) {
            ask(i, 16 * i, 16);
        }
        ask(MEMBERS - 1, 16 * (MEMBERS - 1), 15);
        uint256 blocks = answerAll();
        assertLe(blocks * court.BLOCK_SECONDS(), court.FULL_WINDOW() / 4 + court.BLOCK_SECONDS());
        assertStands(16 * MEMBERS - 1);
    }

    function test_M1_anAccountAsksForSixteenUnits() public {
        ask(0, 0, 16);
        address owner = members[0].owner;
        bytes memory next = requestCall(part(16));
        mint(owner, 10 * COURT_BOND);
        vm.startPrank(owner);
        token.approve(address(court), type(uint256).max);
        // The owner is the same account as its key.
        (bool ok, bytes memory reason) = address(court).call(next);
        assertFalse(ok);
        assertEq(reason, abi.encodeWithSelector(IDataCourt.TooManyRequests.selector, owner, 17, 16));
        vm.stopPrank();
        // An answer makes room, whoever sends it.
        (ok,) = address(court).call(answerCall(asked[3]));
        assertTrue(ok);
        vm.prank(owner);
        (ok,) = address(court).call(next);
        assertTrue(ok);
    }

    function test_M1_onlyTheCommitteeAsks() public {
        bytes memory call = requestCall(part(0));
        // The seat of a member that left goes to one that has no row in the disputed round.
        leave(members[1]);
        Node memory late = member("late", BOND);
        skip(1);
        address[3] memory others = [watcher, op.owner, late.owner];
        for (uint256 i = 0; i < others.length; ++i) {
            mint(others[i], COURT_BOND);
            vm.startPrank(others[i]);
            token.approve(address(court), COURT_BOND);
            (bool ok, bytes memory reason) = address(court).call(call);
            assertFalse(ok);
            assertEq(reason, abi.encodeWithSelector(IDataCourt.NotInCommittee.selector, others[i]));
            vm.stopPrank();
            assertFalse(court.mayAsk(task, 1, others[i]));
        }
        assertTrue(court.mayAsk(task, 1, members[0].key));
    }

    /// Whoever answers one request of a batch first does not stop the batch.
    function test_M1_aBatchCannotBeSpoiled() public {
        ask(0, 0, 3);
        bytes[] memory calls = new bytes[](3);
        for (uint256 i = 0; i < 3; ++i) {
            calls[i] = answerCall(asked[i]);
        }
        vm.prank(watcher);
        (bool ok,) = address(court).call(calls[1]);
        assertTrue(ok);
        vm.prank(op.key);
        assertEq(court.batch(calls), 2);
        vm.expectRevert(IDataCourt.NothingDone.selector);
        court.batch(calls);
        assertEq(court.owed(op.key), 2 * COURT_BOND);
        assertEq(court.owed(watcher), COURT_BOND);
    }

    /// A batch with too little gas fails as a whole, instead of skipping what it had no gas for.
    function test_M1_aBatchNeedsItsGas() public {
        ask(0, 0, 16);
        bytes[] memory calls = new bytes[](16);
        for (uint256 i = 0; i < 16; ++i) {
            calls[i] = answerCall(asked[i]);
        }
        bytes memory data = abi.encodeCall(IDataCourt.batch, (calls));
        uint256 state = vm.snapshotState();
        for (uint256 gas = 50_000; gas < 1_600_000; gas += 50_000) {
            vm.prank(op.key);
            (bool ok, bytes memory done) = address(court).call{gas: gas}(data);
            if (ok) assertEq(abi.decode(done, (uint256)), 16);
            vm.revertToState(state);
        }
    }

    /// Paying is the recipient's business: nothing waits for it.
    function test_M1_nothingIsPushed() public {
        ask(0, 0, 1);
        vm.expectRevert(abi.encodeWithSelector(IPayouts.NothingOwed.selector, op.key));
        court.collect(op.key);
        vm.mockCallRevert(address(token), abi.encodeWithSignature("transfer(address,uint256)"), "blocked");
        vm.prank(op.key);
        (bool ok,) = address(court).call(answerCall(asked[0]));
        assertTrue(ok);
        assertEq(court.owed(op.key), COURT_BOND);
        vm.expectRevert("blocked");
        court.collect(op.key);
    }
}
