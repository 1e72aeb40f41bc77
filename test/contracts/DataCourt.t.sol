// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IBurnableERC20} from "../../contracts/interfaces/IBurnableERC20.sol";
import {IDataCourt} from "../../contracts/interfaces/IDataCourt.sol";
import {IFraudJudge} from "../../contracts/interfaces/IFraudJudge.sol";
import {IRoundLedger} from "../../contracts/interfaces/IRoundLedger.sol";
import {IStakeVault} from "../../contracts/interfaces/IStakeVault.sol";
import {ClaimLib} from "../../contracts/lib/ClaimLib.sol";
import {Statements} from "../../contracts/lib/Statements.sol";
import {Claim, LedgerLeaf, MemberLeaf} from "../../contracts/lib/Types.sol";
import {CourtFixture} from "./support/CourtFixture.sol";
import {HookToken, ITransferHook} from "./support/HookToken.sol";
import {SparseTree} from "./support/SparseTree.sol";

/// request
/// ├── round not posted or final, wrong claim, specification or judge, too late → reverts
/// ├── what an honest claim does not have → reverts
/// ├── asked before about the same posting → reverts
/// └── takes the bond; the answer window starts
contract DataCourtRequestTest is CourtFixture {
    function request() private {
        vm.prank(watcher);
        court.requestNode(dispute(), spec, IDataCourt.Tree.Model, 0, 0, noStakes());
    }

    function test_request_takesTheBond() public {
        IDataCourt.Target memory t = modelTarget();
        uint256 before = wealth(watcher);
        vm.expectEmit(address(court));
        emit IDataCourt.Requested(court.idOf(t), task, 1, watcher, uint40(block.timestamp + 125), t);
        request();
        assertEq(court.answerWindow(task), 125, "an eighth of the challenge");
        assertEq(before - wealth(watcher), COURT_BOND);
        assertEq(held(address(court)), COURT_BOND);
        IDataCourt.Request memory r = court.request(court.idOf(t));
        assertEq(r.requester, watcher);
        assertEq(r.requestedAt, block.timestamp);
        assertEq(court.deadlineOf(court.idOf(t)), block.timestamp + 125);
        assertEq(uint8(r.status), uint8(IDataCourt.Status.Open));
    }

    function test_request_needsTheBond() public {
        vm.prank(honest);
        vm.expectRevert();
        court.requestNode(dispute(), spec, IDataCourt.Tree.Model, 0, 0, noStakes());
    }

    function test_request_onlyAboutAClaimThatCanBeRejected() public {
        IDataCourt.Dispute memory d = dispute();
        d.round = 2;
        vm.startPrank(watcher);
        vm.expectRevert(
            abi.encodeWithSelector(IDataCourt.NotDisputable.selector, task, 2, IRoundLedger.RoundStatus.Open)
        );
        court.requestStakes(d);
        d.round = 1;
        d.claim.members = 3;
        vm.expectRevert(
            abi.encodeWithSelector(
                IDataCourt.WrongClaim.selector, ClaimLib.hash(d.claim, task, 1), ledger.round(task, 1).claimHash
            )
        );
        court.requestStakes(d);
        vm.warp(ledger.round(task, 1).challengeEnd);
        d.claim.members = 2;
        vm.expectRevert(
            abi.encodeWithSelector(IDataCourt.NotDisputable.selector, task, 1, IRoundLedger.RoundStatus.Final)
        );
        court.requestStakes(d);
    }

    /// The last request that is accepted can still expire, with a window to spare.
    function test_request_whileTwoWindowsAreLeft() public {
        uint256 end = ledger.round(task, 1).challengeEnd;
        vm.warp(end - 249);
        vm.expectRevert(abi.encodeWithSelector(IDataCourt.TooLate.selector, end - 249, end - 250));
        request();
        vm.warp(end - 250);
        IDataCourt.Target memory t = requestModel();
        vm.warp(end - 1);
        court.expire(t);
        assertEq(uint8(ledger.round(task, 1).status), uint8(IRoundLedger.RoundStatus.Void));
    }

    function test_request_needsTheSpecificationOfTheTask() public {
        spec.minNormSq = 1;
        vm.expectRevert(
            abi.encodeWithSelector(IDataCourt.WrongSpec.selector, ClaimLib.hash(spec), ledger.task(task).specHash)
        );
        request();
    }

    function test_request_needsAJudgeThatListens() public {
        judge = deployJudge(watcher);
        for (uint256 i = 0; i < 2; ++i) {
            task = courtTask();
            skip(100);
            claim = nextClaim(task, 2);
            postAs(op, task, claim);
            vm.expectRevert(abi.encodeWithSelector(IDataCourt.WrongJudge.selector, judge));
            request();
            judge = makeAddr("no contract");
        }
    }

    function test_request_onceForEachPosting() public {
        IDataCourt.Target memory t = requestModel();
        vm.expectRevert(abi.encodeWithSelector(IDataCourt.AlreadyRequested.selector, court.idOf(t)));
        request();
        answerModel(t);
        vm.expectRevert(abi.encodeWithSelector(IDataCourt.AlreadyRequested.selector, court.idOf(t)));
        request();
    }

    function test_request_nothingThatAnHonestClaimDoesNotHave() public {
        IDataCourt.Dispute memory d = dispute();
        vm.startPrank(watcher);
        vm.expectRevert(abi.encodeWithSelector(IDataCourt.NothingThere.selector, 5, 5));
        court.requestNode(d, spec, IDataCourt.Tree.Model, 5, 0, noStakes());
        vm.expectRevert(abi.encodeWithSelector(IDataCourt.NothingThere.selector, 2, 2));
        court.requestNode(d, spec, IDataCourt.Tree.Model, 1, 2, noStakes());
        vm.expectRevert(abi.encodeWithSelector(IDataCourt.NothingThere.selector, 128, 128));
        court.requestLeaf(d, spec, IDataCourt.Tree.Members, 128, noStakes());
        vm.expectRevert(abi.encodeWithSelector(IDataCourt.NothingThere.selector, 1, 1));
        court.requestRows(d, 1);
        vm.expectRevert(abi.encodeWithSelector(IDataCourt.NothingThere.selector, 0, 0));
        court.requestNode(d, spec, IDataCourt.Tree.Reference, 0, 0, noStakes());
        vm.expectRevert(abi.encodeWithSelector(IDataCourt.WrongTree.selector, IDataCourt.Tree.Model));
        court.requestLeaf(d, spec, IDataCourt.Tree.Model, 0, noStakes());
        vm.expectRevert(abi.encodeWithSelector(IDataCourt.NothingThere.selector, 1, 1));
        court.requestChunk(d, spec, openRow(0), 1);
        vm.expectRevert(abi.encodeWithSelector(IDataCourt.NotAvailable.selector, 1));
        court.requestChunk(d, spec, openRow(1), 0);
        IFraudJudge.MemberOpening memory m = openRow(0);
        m.leaf.updateRoot = claim.modelRoot;
        vm.expectPartialRevert(IFraudJudge.NotInTree.selector);
        court.requestChunk(d, spec, m, 0);
        // The number of leaves of gram and trace follows from the stakes, which must be opened.
        IFraudJudge.TraceOpening memory stakes;
        stakes.kind = 1;
        stakes.words = new int256[](3);
        vm.expectPartialRevert(IFraudJudge.NotInTree.selector);
        court.requestLeaf(d, spec, IDataCourt.Tree.Gram, 0, stakes);
        stakes.kind = 3;
        vm.expectRevert(abi.encodeWithSelector(IFraudJudge.WrongTraceLeaf.selector, 3, 1));
        court.requestLeaf(d, spec, IDataCourt.Tree.Gram, 0, stakes);
        IDataCourt.PairLeaf memory pair;
        vm.expectPartialRevert(IFraudJudge.NotInTree.selector);
        court.requestSums(d, spec, pair, 0, 0);
        vm.stopPrank();
    }

    /// Gram and trace are there together or not at all: one without the other can be asked for, and not be answered.
    function test_request_whereNothingWasAdmitted() public {
        for (uint256 i = 0; i < 3; ++i) {
            bond(op, OPERATOR_BOND);
            task = courtTask();
            skip(100);
            claim = nextClaim(task, 0);
            if (i != 1) claim.gramRoot = 0;
            if (i != 2) claim.traceRoot = 0;
            postAs(op, task, claim);
            vm.prank(watcher);
            if (i == 0) vm.expectRevert(abi.encodeWithSelector(IDataCourt.NothingThere.selector, 0, 0));
            court.requestStakes(dispute());
        }
    }

    function test_constructor_needsABond() public {
        vm.expectRevert();
        vm.deployCode("DataCourt.sol", abi.encode(ledger, 0, 1));
    }
}

/// answer
/// ├── not open, other kind, too late, claim gone → reverts
/// ├── wrong → reverts, nothing changes
/// └── right → whoever answers gets the bond; nobody answers twice
contract DataCourtAnswerTest is CourtFixture {
    function test_answer_paysTheBondToWhoeverAnswers() public {
        IDataCourt.Target memory t = requestModel();
        bytes memory call = abi.encodeCall(IDataCourt.answerNode, (t, modelLeaves(), new bytes32[](0)));
        vm.expectEmit(address(court));
        emit IDataCourt.Answered(court.idOf(t), task, 1, honest, call);
        answerModel(t);
        assertEq(wealth(honest), COURT_BOND, "a frivolous request loses its bond");
        assertEq(held(address(court)), 0);
        assertEq(slashable(op.owner), OPERATOR_BOND);
        vm.expectRevert(
            abi.encodeWithSelector(IDataCourt.NotOpen.selector, court.idOf(t), IDataCourt.Status.Answered)
        );
        answerModel(t);
        vm.warp(ledger.round(task, 1).challengeEnd - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IDataCourt.NotOpen.selector, court.idOf(t), IDataCourt.Status.Answered)
        );
        court.expire(t);
    }

    function testFuzz_answer_onlyInTheWindow(uint256 after_) public {
        after_ = bound(after_, 0, 300);
        IDataCourt.Target memory t = requestModel();
        uint256 deadline = block.timestamp + 125;
        skip(after_);
        if (after_ >= 125) vm.expectRevert(abi.encodeWithSelector(IDataCourt.TooLate.selector, block.timestamp, deadline));
        answerModel(t);
    }

    function test_answer_onlyWhatWasAsked() public {
        IDataCourt.Target memory t = modelTarget();
        vm.expectRevert(abi.encodeWithSelector(IDataCourt.NotOpen.selector, court.idOf(t), IDataCourt.Status.None));
        answerModel(t);
        t = requestModel();
        vm.expectRevert(
            abi.encodeWithSelector(IDataCourt.WrongKind.selector, IDataCourt.Kind.Node, IDataCourt.Kind.Leaf)
        );
        court.answerLeaf(t, "", new bytes32[](0));
        t.root = keccak256("another root");
        vm.expectPartialRevert(IDataCourt.NotOpen.selector);
        answerModel(t);
    }

    function testFuzz_answerNode_wrong(uint256 at, bytes32 value) public {
        IDataCourt.Target memory t = requestModel();
        bytes32[] memory nodes = modelLeaves();
        at = bound(at, 0, 31);
        vm.assume(value != nodes[at]);
        nodes[at] = value;
        vm.expectPartialRevert(IFraudJudge.NotInTree.selector);
        court.answerNode(t, nodes, new bytes32[](0));
        vm.expectRevert(abi.encodeWithSelector(IDataCourt.WrongLength.selector, 16, 32));
        court.answerNode(t, new bytes32[](16), new bytes32[](0));
        vm.expectRevert(abi.encodeWithSelector(IDataCourt.WrongLength.selector, 1, 0));
        court.answerNode(t, modelLeaves(), new bytes32[](1));
        answerModel(t);
    }

    function test_answerChunk_rightAndWrong() public {
        IDataCourt.Target memory t = requestSegment();
        bytes memory wrong = bytes.concat(update);
        wrong[8191] = bytes1(uint8(wrong[8191]) ^ 1);
        vm.expectPartialRevert(IFraudJudge.NotInTree.selector);
        court.answerChunk(t, wrong, new bytes32[](0));
        vm.expectRevert(abi.encodeWithSelector(IDataCourt.WrongLength.selector, 8193, 8192));
        court.answerChunk(t, bytes.concat(update, hex"00"), new bytes32[](0));
        vm.prank(honest);
        court.answerChunk(t, update, new bytes32[](0));
        assertEq(wealth(honest), 4 * COURT_BOND);
    }

    function test_answerRows_showsWhyTheRowMayStand() public {
        IDataCourt.Target memory t = requestRow(0);
        bytes32[] memory path = SparseTree.proof(memberLeaves(), 0, 7);
        MemberLeaf memory leaf = rows[0];
        vm.expectRevert(abi.encodeWithSelector(IDataCourt.WrongTree.selector, IDataCourt.Tree.Members));
        court.answerLeaf(t, abi.encode(leaf), path);
        vm.expectRevert(abi.encodeWithSelector(IDataCourt.EmptyLeaf.selector, 0, 2));
        court.answerLeaf(t, "", path);
        vm.expectRevert(
            abi.encodeWithSelector(IDataCourt.WrongHash.selector, keccak256("signature"), leaf.signatureHash)
        );
        court.answerRows(t, only(IDataCourt.Row(leaf, "signature", attestation, SALT)), path);
        vm.expectRevert(
            abi.encodeWithSelector(
                IDataCourt.WrongHash.selector,
                ClaimLib.commitment(task, 1, a.owner, leaf.updateRoot, "pepper"),
                leaf.commitment
            )
        );
        court.answerRows(t, only(IDataCourt.Row(leaf, signature, attestation, "pepper")), path);
        vm.expectRevert(
            abi.encodeWithSelector(IDataCourt.WrongHash.selector, keccak256("attestation"), leaf.attestationHash)
        );
        court.answerRows(t, only(IDataCourt.Row(leaf, signature, "attestation", SALT)), path);
        vm.expectRevert(abi.encodeWithSelector(IDataCourt.WrongHash.selector, 0, leaf.attestationHash));
        court.answerRows(t, only(IDataCourt.Row(leaf, signature, "", SALT)), path);
        leaf.weight = 1;
        vm.expectPartialRevert(IFraudJudge.NotInTree.selector);
        court.answerRows(t, only(IDataCourt.Row(leaf, signature, attestation, SALT)), path);
        vm.prank(honest);
        court.answerRows(t, only(shownRow()), path);
        assertEq(wealth(honest), COURT_BOND);
    }

    /// The key that counts is that of the round's snapshot, whatever came after.
    function test_answerRows_keyOfTheSnapshot() public {
        Node memory rotated = a;
        (rotated.key, rotated.secret) = makeAddrAndKey("new key");
        rotated.peer = keccak256("new peer");
        register(rotated, IStakeVault.Role.Member);
        IDataCourt.Target memory t = requestRow(0);
        vm.prank(honest);
        court.answerRows(t, only(shownRow()), SparseTree.proof(memberLeaves(), 0, 7));
    }

    function test_answerRows_notSignedByTheMember() public {
        bytes memory forged =
            signDigest(b.secret, ledgerDigest(Statements.commitment(task, 2, a.owner, keccak256("made up"))));
        rows[0].commitment = keccak256("made up");
        (rows[0].signatureHash, rows[0].updateRoot, rows[0].verdict) = (keccak256(forged), 0, 1);
        skip(100);
        bytes32 root = SparseTree.root(memberLeaves(), 7);
        claim = nextClaim(task, 2);
        claim.membersRoot = root;
        postAs(op, task, claim);
        IDataCourt.Dispute memory d = dispute();
        d.round = 2;
        vm.recordLogs();
        vm.prank(watcher);
        court.requestLeaf(d, spec, IDataCourt.Tree.Members, 0, noStakes());
        (,, IDataCourt.Target memory t) = abi.decode(vm.getRecordedLogs()[0].data, (address, uint40, IDataCourt.Target));
        vm.expectRevert(abi.encodeWithSelector(IDataCourt.WrongSigner.selector, b.key, a.key));
        court.answerRows(
            t, only(IDataCourt.Row(rows[0], forged, attestation, SALT)), SparseTree.proof(memberLeaves(), 0, 7)
        );
    }

    function test_answerRows_forcedOnChain() public {
        IDataCourt.Target memory t = requestRow(1);
        vm.prank(honest);
        court.answerRows(t, only(forcedRow()), SparseTree.proof(memberLeaves(), 1, 7));
        assertEq(wealth(honest), COURT_BOND);
    }

    /// Both rows of the claim in one answer: neither less, nor a row that the claim does not have.
    function test_answerRows_aGroupAtOnce() public {
        IDataCourt.Target memory t = requestRows();
        assertEq(court.openUnits(t.claimHash, watcher), 7);
        bytes32[] memory path = new bytes32[](3);
        for (uint256 k = 0; k < 3; ++k) {
            path[k] = SparseTree.root(new bytes32[](16 << k), 4 + k);
        }
        IDataCourt.Row[] memory both = new IDataCourt.Row[](2);
        (both[0], both[1]) = (shownRow(), forcedRow());
        vm.expectRevert(abi.encodeWithSelector(IDataCourt.WrongLength.selector, 1, 2));
        court.answerRows(t, only(both[0]), path);
        vm.expectRevert(abi.encodeWithSelector(IDataCourt.WrongLength.selector, 16, 2));
        court.answerRows(t, new IDataCourt.Row[](16), path);
        both[1].signature = "signature";
        both[1].leaf.signatureHash = keccak256("signature");
        vm.expectPartialRevert(IFraudJudge.NotInTree.selector);
        court.answerRows(t, both, path);
        both[1] = forcedRow();
        both[0].salt = "pepper";
        vm.expectPartialRevert(IDataCourt.WrongHash.selector);
        court.answerRows(t, both, path);
        both[0] = shownRow();
        both[0].attestation = "";
        vm.expectPartialRevert(IDataCourt.WrongHash.selector);
        court.answerRows(t, both, path);
        both[0] = shownRow();
        vm.expectRevert(abi.encodeWithSelector(IDataCourt.WrongLength.selector, 4, 3));
        court.answerRows(t, both, new bytes32[](4));
        vm.expectRevert(
            abi.encodeWithSelector(IDataCourt.WrongKind.selector, IDataCourt.Kind.Rows, IDataCourt.Kind.Leaf)
        );
        court.answerLeaf(t, "", path);
        vm.prank(honest);
        court.answerRows(t, both, path);
        assertEq(wealth(honest), 7 * COURT_BOND);
        assertEq(court.openUnits(t.claimHash, watcher), 0);
    }

    /// Silence about a group rejects the claim like silence about a row.
    function test_answerRows_orTheClaimFalls() public {
        IDataCourt.Target memory t = requestRows();
        skip(125);
        court.expire(t);
        assertEq(uint8(ledger.round(task, 1).status), uint8(IRoundLedger.RoundStatus.Void));
        assertEq(wealth(watcher), 1000 * COURT_BOND + FALSE_CLAIM / 5);
    }

    function test_answerLeaf_emptyRowsArePastTheCount() public {
        IDataCourt.Target memory t = requestRow(2);
        vm.prank(honest);
        court.answerLeaf(t, "", SparseTree.proof(memberLeaves(), 2, 7));
        assertEq(wealth(honest), COURT_BOND);
    }

    /// A leaf whose preimage no proof could use cannot be answered with.
    function test_answerLeaf_malformed() public {
        bytes memory dirty = abi.encode(leafOf(a.owner, 1));
        dirty[0] = 0x01;
        bytes32[] memory leaves = new bytes32[](3);
        (leaves[0], leaves[1], leaves[2]) = (keccak256(dirty), keccak256("short"), keccak256(abi.encode(leafOf(a.owner, 1))));
        skip(100);
        claim = nextClaim(task, 2);
        claim.ledgerRoot = SparseTree.root(leaves, 10);
        claim.transitionRoot = SparseTree.root(leaves, 5);
        postAs(op, task, claim);
        IDataCourt.Target[] memory t = new IDataCourt.Target[](4);
        IDataCourt.Dispute memory d = dispute();
        d.round = 2;
        for (uint64 i = 0; i < 4; ++i) {
            vm.recordLogs();
            vm.prank(watcher);
            court.requestLeaf(
                d, spec, i < 3 ? IDataCourt.Tree.Ledger : IDataCourt.Tree.Transition, i < 3 ? i : 1, noStakes()
            );
            (,, t[i]) = abi.decode(vm.getRecordedLogs()[0].data, (address, uint40, IDataCourt.Target));
        }
        vm.expectRevert();
        court.answerLeaf(t[0], dirty, SparseTree.proof(leaves, 0, 10));
        vm.expectRevert(abi.encodeWithSelector(IDataCourt.MalformedLeaf.selector, IDataCourt.Tree.Ledger, 5));
        court.answerLeaf(t[1], "short", SparseTree.proof(leaves, 1, 10));
        vm.expectRevert(abi.encodeWithSelector(IDataCourt.MalformedLeaf.selector, IDataCourt.Tree.Transition, 5));
        court.answerLeaf(t[3], "short", SparseTree.proof(leaves, 1, 5));
        court.answerLeaf(t[2], abi.encode(leafOf(a.owner, 1)), SparseTree.proof(leaves, 2, 10));
    }

    function test_answer_notOnceTheClaimIsGone() public {
        IDataCourt.Target memory t = requestModel();
        IDataCourt.Target memory other = requestRow(0);
        vm.prank(address(court));
        IFraudJudge(judge).rejectWithheld(task, 1, watcher);
        vm.expectRevert(abi.encodeWithSelector(IDataCourt.ClaimGone.selector, t.claimHash));
        answerModel(t);
        court.refund(t);
        court.refund(other);
        assertEq(held(address(court)), 0);
    }
}

/// no answer
/// ├── expire: before the deadline, claim gone or final → reverts
/// ├── expire → claim rejected, operator slashed, bounty and bond to the requester
/// ├── refund: while the claim stands → reverts
/// └── refund: claim final or rejected → bond to the requester
contract DataCourtSilenceTest is CourtFixture {
    function test_expire_rejectsTheClaim() public {
        IDataCourt.Target memory t = requestSegment();
        uint256 deadline = block.timestamp + 125;
        vm.warp(deadline - 1);
        vm.expectRevert(abi.encodeWithSelector(IDataCourt.TooEarly.selector, deadline - 1, deadline));
        court.expire(t);
        vm.warp(deadline);
        uint256 before = wealth(watcher);
        uint256 supply = token.totalSupply();
        vm.expectEmit(address(court));
        emit IDataCourt.Expired(court.idOf(t), task, 1, watcher);
        vm.expectEmit(address(ledger));
        emit IRoundLedger.Rejected(task, 1, t.claimHash, op.owner, FALSE_CLAIM, watcher, FALSE_CLAIM / 5);
        // Anyone: the bounty is the requester's.
        vm.prank(honest);
        court.expire(t);
        assertEq(uint8(ledger.round(task, 1).status), uint8(IRoundLedger.RoundStatus.Void));
        assertEq(slashable(op.owner), OPERATOR_BOND - FALSE_CLAIM);
        assertEq(wealth(watcher) - before, 4 * COURT_BOND + FALSE_CLAIM / 5);
        assertEq(supply - token.totalSupply(), FALSE_CLAIM * 4 / 5);
        assertEq(wealth(honest), 0);
        assertEq(held(address(court)), 0);
        vm.expectRevert(
            abi.encodeWithSelector(IDataCourt.NotOpen.selector, court.idOf(t), IDataCourt.Status.Expired)
        );
        court.expire(t);
    }

    function test_expire_onlyTheCourtIsBelieved() public {
        vm.prank(watcher);
        vm.expectRevert(abi.encodeWithSelector(IFraudJudge.NotCourt.selector, watcher, court));
        IFraudJudge(judge).rejectWithheld(task, 1, watcher);
    }

    function test_expire_rejectsOnce() public {
        IDataCourt.Target memory t = requestModel();
        IDataCourt.Target memory other = requestRow(0);
        skip(125);
        vm.expectRevert(abi.encodeWithSelector(IDataCourt.ClaimStands.selector, t.claimHash));
        court.refund(other);
        court.expire(t);
        vm.expectRevert(abi.encodeWithSelector(IDataCourt.ClaimGone.selector, t.claimHash));
        court.expire(other);
        uint256 before = wealth(watcher);
        vm.expectEmit(address(court));
        emit IDataCourt.Refunded(court.idOf(other), task, 1, watcher);
        vm.prank(honest);
        court.refund(other);
        assertEq(wealth(watcher) - before, COURT_BOND);
        vm.expectRevert(
            abi.encodeWithSelector(IDataCourt.NotOpen.selector, court.idOf(other), IDataCourt.Status.Refunded)
        );
        court.refund(other);
    }

    /// A quorum says the members have it all: nothing to slash for, nobody to pay.
    function test_refund_whenAQuorumMadeTheClaimFinal() public {
        IDataCourt.Target memory t = requestModel();
        (address[] memory owners, bytes[] memory signatures) = agreements(toArray(a, b), task, 1, t.claimHash);
        ledger.finalizeWithQuorum(task, 1, t.claimHash, owners, signatures);
        skip(125);
        vm.expectRevert(abi.encodeWithSelector(IDataCourt.ClaimGone.selector, t.claimHash));
        court.expire(t);
        court.refund(t);
        assertEq(wealth(watcher), 1000 * COURT_BOND);
        assertEq(slashable(op.owner), OPERATOR_BOND);
    }

    function test_refund_whenNobodyExpiredItInTime() public {
        IDataCourt.Target memory t = requestModel();
        vm.warp(ledger.round(task, 1).challengeEnd);
        vm.expectRevert(abi.encodeWithSelector(IDataCourt.ClaimGone.selector, t.claimHash));
        court.expire(t);
        court.refund(t);
        assertEq(wealth(watcher), 1000 * COURT_BOND);
    }
}

/// Paused time counts for nothing.
contract DataCourtPauseTest is CourtFixture {
    function test_pause_movesTheDeadline() public {
        address guardian = makeAddr("guardian");
        vm.prank(governance);
        ledger.setGuardian(guardian);
        IDataCourt.Target memory t = requestModel();
        IDataCourt.Target memory other = requestRow(0);
        uint256 deadline = block.timestamp + 125;
        skip(100);
        vm.prank(guardian);
        ledger.pause(5000);
        assertEq(court.deadlineOf(court.idOf(t)), deadline + 5000);
        vm.expectRevert(abi.encodeWithSelector(IDataCourt.LedgerPaused.selector, block.timestamp + 5000));
        vm.prank(watcher);
        court.requestStakes(dispute());
        vm.warp(deadline + 4999);
        vm.expectRevert(abi.encodeWithSelector(IDataCourt.TooEarly.selector, deadline + 4999, deadline + 5000));
        court.expire(other);
        answerModel(t);
        vm.warp(deadline + 5000);
        court.expire(other);
        assertEq(uint8(ledger.round(task, 1).status), uint8(IRoundLedger.RoundStatus.Void));
    }
}

/// A token that hands control over in the middle of every transfer, and one that keeps a fee.
contract DataCourtTokenTest is CourtFixture, ITransferHook {
    IDataCourt.Target[] private targets;
    uint256 private entered;
    uint256 private tried;

    function _makeToken() internal override returns (IBurnableERC20) {
        return IBurnableERC20(address(new HookToken()));
    }

    function onTransfer(address from, address to, uint256) external {
        if (from != address(court) && to != address(court)) return;
        for (uint256 i = 0; i < targets.length; ++i) {
            tried += 4;
            try court.refund(targets[i]) {
                ++entered;
            } catch {}
            try court.expire(targets[i]) {
                ++entered;
            } catch {}
            try court.answerNode(targets[i], modelLeaves(), new bytes32[](0)) {
                ++entered;
            } catch {}
            try court.requestStakes(dispute()) {
                ++entered;
            } catch {}
        }
    }

    function test_token_cannotReenter() public {
        targets.push(modelTarget());
        mint(address(this), 100 * COURT_BOND);
        token.approve(address(court), type(uint256).max);
        HookToken(address(token)).setHook(this);
        requestModel();
        targets.push(requestRow(0));
        targets.push(requestSegment());
        answerModel(targets[0]);
        skip(125);
        court.expire(targets[1]);
        court.refund(targets[2]);
        assertGt(tried, 0);
        assertEq(entered, 0);
        assertEq(wealth(honest), COURT_BOND);
        assertEq(held(address(court)), 0);
    }

    function test_token_withFeeIsRefused() public {
        HookToken(address(token)).setFee(100);
        vm.prank(watcher);
        vm.expectRevert(
            abi.encodeWithSelector(IDataCourt.ShortTransfer.selector, COURT_BOND * 99 / 100, COURT_BOND)
        );
        court.requestNode(dispute(), spec, IDataCourt.Tree.Model, 0, 0, noStakes());
    }
}
