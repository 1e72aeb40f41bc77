// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IBurnableERC20} from "./interfaces/IBurnableERC20.sol";
import {IDataCourt} from "./interfaces/IDataCourt.sol";
import {IFraudJudge} from "./interfaces/IFraudJudge.sol";
import {IRoundLedger} from "./interfaces/IRoundLedger.sol";
import {IStakeVault} from "./interfaces/IStakeVault.sol";
import {IWithholdingJudge} from "./interfaces/IWithholdingJudge.sol";
import {LedgerDomain} from "./judge/LedgerDomain.sol";
import {Openings} from "./judge/Openings.sol";
import {SegmentArithmetic} from "./judge/SegmentArithmetic.sol";
import {TraceLayout} from "./judge/TraceLayout.sol";
import {ClaimLib} from "./lib/ClaimLib.sol";
import {ClaimShape} from "./lib/ClaimShape.sol";
import {Participation} from "./lib/Participation.sol";
import {Payouts} from "./lib/Payouts.sol";
import {Statements} from "./lib/Statements.sol";
import {Claim, LedgerLeaf, MemberLeaf, TaskSpec} from "./lib/Types.sol";

/// @title DataCourt
/// @dev Behaviour and assumptions: see `IDataCourt`. A request is two storage slots under the hash of its target. A call
/// that answers or ends it brings the target along.
contract DataCourt is IDataCourt, Payouts {
    using SafeERC20 for IBurnableERC20;

    /// Levels that one answer opens: 32 hashes or 31 sum nodes.
    uint256 private constant _LEVELS = 5;
    uint256 private constant _WINDOWS = 8;
    uint256 private constant _SEGMENT_LEVEL = 5;
    uint256 private constant _MAX_MEMBERS = 128;
    /// Levels of the members tree that one request opens as rows: 16 of them.
    uint8 private constant _ROW_LEVELS = 4;

    /// @inheritdoc IDataCourt
    uint256 public constant MAX_ASKERS = 128;
    /// @inheritdoc IDataCourt
    uint256 public constant MAX_UNITS = 16;
    /// @inheritdoc IDataCourt
    uint256 public constant UNIT_GAS = 100_000;
    /// @inheritdoc IDataCourt
    uint256 public constant BOND_GAS = 200_000;
    /// @inheritdoc IDataCourt
    uint256 public constant BLOCK_GAS_LIMIT = 30_000_000;
    /// @inheritdoc IDataCourt
    uint256 public constant BLOCK_SECONDS = 12;
    /// @inheritdoc IDataCourt
    uint256 public constant FULL_WINDOW =
        4 * MAX_ASKERS * MAX_UNITS * UNIT_GAS * BLOCK_SECONDS / (BLOCK_GAS_LIMIT / 4);

    /// @inheritdoc IDataCourt
    uint256 public immutable minWindow;
    /// @inheritdoc IDataCourt
    IRoundLedger public immutable ledger;
    /// @inheritdoc IDataCourt
    IBurnableERC20 public immutable token;
    /// @inheritdoc IDataCourt
    uint128 public immutable unitBond;

    mapping(bytes32 id => Request) private _requests;
    mapping(bytes32 claimAndAccount => uint256) private _units;

    /// @param minWindow_ `FULL_WINDOW`, or less for a development chain
    constructor(IRoundLedger ledger_, uint128 unitBond_, uint256 minWindow_) {
        if (unitBond_ == 0) revert ZeroBond();
        if (minWindow_ == 0 || minWindow_ > FULL_WINDOW) revert WindowOutOfBounds(minWindow_, FULL_WINDOW);
        minWindow = minWindow_;
        ledger = ledger_;
        token = ledger_.vault().token();
        unitBond = unitBond_;
    }

    // ── Requests ──────────────────────────────────────────────────────────────────────────────────────────────────

    /// @inheritdoc IDataCourt
    function requestStakes(Dispute calldata d) external nonReentrant returns (bytes32) {
        (Target memory t, uint256 window,) = _open(d);
        if (_untraced(d.claim)) revert NothingThere(0, 0);
        (t.kind, t.tree, t.root) = (Kind.Stakes, Tree.Trace, d.claim.traceRoot);
        return _request(t, window);
    }

    /// @inheritdoc IDataCourt
    function requestNode(
        Dispute calldata d,
        TaskSpec calldata spec,
        Tree tree,
        uint8 level,
        uint64 index,
        IFraudJudge.TraceOpening calldata stakes
    ) external nonReentrant returns (bytes32) {
        (Target memory t, uint256 window) = _target(d, spec, Kind.Node, tree, stakes);
        if (level >= t.depth) revert NothingThere(level, t.depth);
        _place(t, level, index);
        // Only answers about model and reference are checked against `count`.
        if (tree != Tree.Model && tree != Tree.Reference) t.count = 0;
        return _request(t, window);
    }

    /// @inheritdoc IDataCourt
    function requestLeaf(
        Dispute calldata d,
        TaskSpec calldata spec,
        Tree tree,
        uint64 index,
        IFraudJudge.TraceOpening calldata stakes
    ) external nonReentrant returns (bytes32) {
        // The nodes of model and reference end in their leaves. No proof needs the numbers behind those leaves.
        if (tree == Tree.Model || tree == Tree.Reference) revert WrongTree(tree);
        (Target memory t, uint256 window) = _target(d, spec, Kind.Leaf, tree, stakes);
        _place(t, t.depth, index);
        return _request(t, window);
    }

    /// @inheritdoc IDataCourt
    function requestRows(Dispute calldata d, uint64 group) external nonReentrant returns (bytes32) {
        (Target memory t, uint256 window,) = _open(d);
        uint256 groups = Math.ceilDiv(d.claim.members, 1 << _ROW_LEVELS);
        if (group >= groups) revert NothingThere(group, groups);
        (t.kind, t.tree, t.root, t.count) = (Kind.Rows, Tree.Members, d.claim.membersRoot, d.claim.members);
        (t.depth, t.level) = (uint8(ClaimShape.MEMBERS_DEPTH), uint8(ClaimShape.MEMBERS_DEPTH) - _ROW_LEVELS);
        t.index = group;
        return _request(t, window);
    }

    /// @inheritdoc IDataCourt
    function requestChunk(
        Dispute calldata d,
        TaskSpec calldata spec,
        IFraudJudge.MemberOpening calldata m,
        uint64 segment
    ) external nonReentrant returns (bytes32) {
        (Target memory t, uint256 window) = _openSpec(d, spec);
        Openings.requireMember(d.claim, m);
        // INVARIANT: nobody has to show a masked row that its member never showed. Of its versions one is public, or none.
        if (m.leaf.verdict < Openings.INADMISSIBLE || Participation.inBuckets(spec.committee)) {
            revert NotAvailable(m.leaf.verdict);
        }
        uint256 chunks = Openings.chunks(spec);
        if (segment >= chunks / 32) revert NothingThere(segment, chunks / 32);
        (t.kind, t.root) = (Kind.Chunk, m.leaf.updateRoot);
        t.depth = uint8(ClaimShape.vectorDepth(chunks));
        _place(t, t.depth - uint8(_SEGMENT_LEVEL), segment);
        return _request(t, window);
    }

    /// @inheritdoc IDataCourt
    function requestSums(Dispute calldata d, TaskSpec calldata spec, PairLeaf calldata pair, uint8 level, uint64 index)
        external
        nonReentrant
        returns (bytes32)
    {
        (Target memory t, uint256 window) = _openSpec(d, spec);
        bytes32 leaf = keccak256(abi.encode(pair.hash, pair.product, pair.pair));
        Openings.requireLeaf(d.claim.gramRoot, leaf, pair.position, pair.path);
        (t.kind, t.tree, t.root) = (Kind.Sums, Tree.Gram, pair.hash);
        t.depth = uint8(Openings.depthFor(Openings.chunks(spec) / 32));
        if (level >= t.depth) revert NothingThere(level, t.depth);
        _place(t, level, index);
        return _request(t, window);
    }

    /// @inheritdoc IDataCourt
    function requestOwnSums(
        Dispute calldata d,
        TaskSpec calldata spec,
        IFraudJudge.MemberOpening calldata m,
        uint8 level,
        uint64 index
    ) external nonReentrant returns (bytes32) {
        (Target memory t, uint256 window) = _openSpec(d, spec);
        Openings.requireMember(d.claim, m);
        if (m.leaf.reason != Openings.NORM) revert NotAvailable(m.leaf.verdict);
        (t.kind, t.tree, t.root) = (Kind.Sums, Tree.Members, m.leaf.reasonArg);
        // One node above the tree, whose right side is empty.
        t.depth = uint8(Openings.depthFor(Openings.chunks(spec) / 32)) + 1;
        uint8 top = t.depth == 1 ? 0 : 1;
        if (level < top || level >= t.depth) revert NothingThere(level, t.depth);
        if (level > 0 && index >> (level - 1) != 0) revert NothingThere(index, uint256(1) << (level - 1));
        _place(t, level, index);
        return _request(t, window);
    }

    // ── Answers ───────────────────────────────────────────────────────────────────────────────────────────────────

    /// @inheritdoc IDataCourt
    function answerStakes(Target calldata t, int256[] calldata words, bytes32[] calldata path) external nonReentrant {
        _requireOpen(t, Kind.Stakes);
        if (words.length == 0 || words.length > _MAX_MEMBERS) revert WrongLength(words.length, _MAX_MEMBERS);
        if (path.length > ClaimShape.MAX_TRACE_DEPTH) revert WrongLength(path.length, ClaimShape.MAX_TRACE_DEPTH);
        Openings.requireLeaf(t.root, keccak256(abi.encodePacked(TraceLayout.STAKES, uint32(0), words)), 0, path);
        _answered(t);
    }

    /// @inheritdoc IDataCourt
    function answerNode(Target calldata t, bytes32[] calldata nodes, bytes32[] calldata path) external nonReentrant {
        _requireOpen(t, Kind.Node);
        uint256 count = uint256(1) << Math.min(_LEVELS, t.depth - t.level);
        if (nodes.length != count) revert WrongLength(nodes.length, count);
        if (t.tree == Tree.Model || t.tree == Tree.Reference) _requireNoTail(t, nodes);
        _requirePlace(t, _above(nodes), path);
        _answered(t);
    }

    /// @inheritdoc IDataCourt
    function answerLeaf(Target calldata t, bytes calldata preimage, bytes32[] calldata path) external nonReentrant {
        _requireOpen(t, Kind.Leaf);
        bytes32 leaf = 0;
        if (preimage.length != 0) {
            // A row needs more than its preimage.
            if (t.tree == Tree.Members) revert WrongTree(t.tree);
            _requireForm(t.tree, preimage);
            leaf = keccak256(preimage);
        } else if (t.index < t.count) {
            revert EmptyLeaf(t.index, t.count);
        }
        _requirePlace(t, leaf, path);
        _answered(t);
    }

    /// @inheritdoc IDataCourt
    function answerRows(Target calldata t, Row[] calldata rows, bytes32[] calldata path) external nonReentrant {
        _requireOpen(t, t.kind == Kind.Rows ? Kind.Rows : Kind.Leaf);
        if (t.tree != Tree.Members) revert WrongTree(t.tree);
        // An honest claim has nothing past its last row.
        uint256 size = t.kind == Kind.Rows ? 1 << _ROW_LEVELS : 1;
        uint256 count = Math.min(size, Math.max(1, Math.saturatingSub(t.count, t.index * size)));
        if (rows.length != count) revert WrongLength(rows.length, count);
        bytes32[] memory leaves = new bytes32[](size);
        for (uint256 i = 0; i < count; ++i) {
            leaves[i] = keccak256(abi.encode(rows[i].leaf));
        }
        _requirePlace(t, _above(leaves), path);
        for (uint256 i = 0; i < count; ++i) {
            _requireRow(t, rows[i]);
        }
        _answered(t);
    }

    /// @inheritdoc IDataCourt
    function answerChunk(Target calldata t, bytes calldata data, bytes32[] calldata path) external nonReentrant {
        _requireOpen(t, Kind.Chunk);
        if (data.length != SegmentArithmetic.SEGMENT) revert WrongLength(data.length, SegmentArithmetic.SEGMENT);
        _requirePlace(t, SegmentArithmetic.root(data), path);
        _answered(t);
    }

    /// @inheritdoc IDataCourt
    function answerSums(Target calldata t, IFraudJudge.SumNode[] calldata chain, IFraudJudge.SumNode[] calldata nodes)
        external
        nonReentrant
    {
        _requireOpen(t, Kind.Sums);
        if (chain.length != t.level) revert WrongLength(chain.length, t.level);
        uint256 count = (uint256(1) << Math.min(_LEVELS, t.depth - t.level)) - 1;
        if (nodes.length != count) revert WrongLength(nodes.length, count);
        bytes32 hash = t.root;
        for (uint256 k = 0; k < chain.length; ++k) {
            _requireNode(chain[k], hash);
            hash = (t.index >> (t.level - 1 - k)) & 1 == 0 ? chain[k].leftHash : chain[k].rightHash;
        }
        _requireNode(nodes[0], hash);
        for (uint256 i = 1; i < count; ++i) {
            IFraudJudge.SumNode calldata parent = nodes[(i - 1) / 2];
            _requireNode(nodes[i], i % 2 == 1 ? parent.leftHash : parent.rightHash);
        }
        _answered(t);
    }

    /// @inheritdoc IDataCourt
    function batch(bytes[] calldata calls) external returns (uint256 done) {
        for (uint256 i = 0; i < calls.length; ++i) {
            // The same sender, and the inner call is what `Answered` shows. Every function of the court has its own guard.
            // slither-disable-next-line delegatecall-loop,low-level-calls
            (bool ok, bytes memory reason) = address(this).delegatecall(calls[i]);
            if (ok) ++done;
            // Out of gas, or no call of the court: not to be taken for an answer that came too late.
            else if (reason.length == 0) revert BatchFailed(i);
        }
        if (done == 0) revert NothingDone();
    }

    // ── Ends without answer ───────────────────────────────────────────────────────────────────────────────────────

    /// @inheritdoc IDataCourt
    function expire(Target calldata t) external nonReentrant {
        bytes32 id = idOf(t);
        Request memory request_ = _requireStatus(id);
        uint256 end = _deadline(request_);
        if (block.timestamp < end) revert TooEarly(block.timestamp, end);
        IRoundLedger.RoundView memory view_ = ledger.round(t.task, t.round);
        // INVARIANT: a final claim is never rejected.
        if (!_same(t, view_) || view_.status != IRoundLedger.RoundStatus.Posted) revert ClaimGone(t.claimHash);
        _requests[id].status = Status.Expired;
        emit Expired(id, t.task, t.round, request_.requester);
        address judge = ledger.judgeOf(t.task);
        IWithholdingJudge(judge).rejectWithheld(t.task, t.round, request_.requester);
        _owe(request_.requester, _bondOf(t.kind, t.tree));
    }

    /// @inheritdoc IDataCourt
    function refund(Target calldata t) external nonReentrant {
        bytes32 id = idOf(t);
        Request memory request_ = _requireStatus(id);
        IRoundLedger.RoundView memory view_ = ledger.round(t.task, t.round);
        if (_same(t, view_) && view_.status == IRoundLedger.RoundStatus.Posted) revert ClaimStands(t.claimHash);
        _requests[id].status = Status.Refunded;
        emit Refunded(id, t.task, t.round, request_.requester);
        _owe(request_.requester, _bondOf(t.kind, t.tree));
    }

    // ── Views ─────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @inheritdoc IDataCourt
    function answerWindow(uint256 task) external view returns (uint256) {
        return _window(ledger.task(task));
    }

    /// @inheritdoc IDataCourt
    function mayAsk(uint256 task, uint64 round, address caller) external view returns (bool member) {
        (, member) = _asker(task, round, caller);
    }

    /// @inheritdoc IDataCourt
    function openUnits(bytes32 claimHash, address account) external view returns (uint256) {
        return _units[_unitsKey(claimHash, account)];
    }

    /// @inheritdoc IDataCourt
    /// @dev 16 rows, each with two signatures; 8 KiB of an update; up to 132 words of a leaf, or 31 sum nodes; or 32 hashes
    /// and less.
    function unitsOf(Kind kind, Tree tree) public pure returns (uint256) {
        if (kind == Kind.Rows) return 7;
        if (kind == Kind.Chunk) return 4;
        if (kind == Kind.Node) return 1;
        if (kind == Kind.Leaf && tree != Tree.Trace && tree != Tree.Transition) return 1;
        return 2;
    }

    /// @inheritdoc IDataCourt
    function idOf(Target calldata t) public pure returns (bytes32) {
        return keccak256(abi.encode(t));
    }

    /// @inheritdoc IDataCourt
    function request(bytes32 id) external view returns (Request memory) {
        return _requests[id];
    }

    /// @inheritdoc IDataCourt
    function deadlineOf(bytes32 id) external view returns (uint256) {
        return _deadline(_requests[id]);
    }

    // ── What is asked ─────────────────────────────────────────────────────────────────────────────────────────────

    function _open(Dispute calldata d) private view returns (Target memory t, uint256 window, bytes32 specHash) {
        IRoundLedger.RoundView memory view_ = ledger.round(d.task, d.round);
        if (view_.status != IRoundLedger.RoundStatus.Posted) revert NotDisputable(d.task, d.round, view_.status);
        bytes32 hash = ClaimLib.hashCalldata(d.claim, d.task, d.round);
        if (hash != view_.claimHash) revert WrongClaim(hash, view_.claimHash);
        uint256 until = ledger.pausedUntil();
        if (until != 0) revert LedgerPaused(until);
        IRoundLedger.TaskView memory task = ledger.task(d.task);
        window = _window(task);
        // INVARIANT: every outcome of a request comes before the claim is final.
        if (block.timestamp + 2 * window > view_.challengeEnd) {
            revert TooLate(block.timestamp, Math.saturatingSub(view_.challengeEnd, 2 * window));
        }
        address judge = ledger.judgeOf(d.task);
        if (judge.code.length == 0 || IWithholdingJudge(judge).court() != address(this)) revert WrongJudge(judge);
        (t.task, t.round, t.claimHash) = (d.task, d.round, hash);
        specHash = task.specHash;
    }

    function _openSpec(Dispute calldata d, TaskSpec calldata spec)
        private
        view
        returns (Target memory t, uint256 window)
    {
        bytes32 expected;
        (t, window, expected) = _open(d);
        bytes32 hash = keccak256(abi.encode(spec));
        if (hash != expected) revert WrongSpec(hash, expected);
    }

    /// @dev Root, depth and leaf count of a tree.
    function _target(
        Dispute calldata d,
        TaskSpec calldata spec,
        Kind kind,
        Tree tree,
        IFraudJudge.TraceOpening calldata stakes
    ) private view returns (Target memory t, uint256 window) {
        (t, window) = _openSpec(d, spec);
        (t.kind, t.tree) = (kind, tree);
        Claim calldata claim = d.claim;
        uint256 depth;
        uint256 count = 0;
        if (tree == Tree.Members) {
            (t.root, depth, count) = (claim.membersRoot, ClaimShape.MEMBERS_DEPTH, claim.members);
        } else if (tree == Tree.Ledger) {
            (t.root, depth) = (claim.ledgerRoot, ClaimShape.LEDGER_DEPTH);
        } else if (tree == Tree.Gram || tree == Tree.Trace) {
            if (_untraced(claim)) revert NothingThere(0, 0);
            // The number of admitted rows is the length of this leaf. An honest claim has no other leaf of its kind.
            Openings.requireTrace(claim, stakes, TraceLayout.STAKES);
            uint256 admitted = stakes.words.length;
            (t.root, count) = tree == Tree.Gram
                ? (claim.gramRoot, ClaimShape.pairs(spec, admitted))
                : (claim.traceRoot, TraceLayout.count(TraceLayout.shapeOf(spec, admitted)));
            depth = Openings.depthFor(count);
        } else {
            count = Openings.chunks(spec);
            depth = ClaimShape.vectorDepth(count);
            if (tree == Tree.Transition) t.root = claim.transitionRoot;
            else if (tree == Tree.Model) t.root = claim.modelRoot;
            else t.root = claim.referenceRoot;
            if (tree == Tree.Reference && spec.rule.referenceKind == 0) {
                if (t.root == 0) revert NothingThere(0, 0);
                // An honest claim has no such root, so nobody can answer for it.
                count = 0;
            }
        }
        (t.depth, t.count) = (uint8(depth), uint64(count));
    }

    /// @dev A claim has both gram tree and trace, or neither.
    function _untraced(Claim calldata claim) private pure returns (bool) {
        return claim.traceRoot == 0 && claim.gramRoot == 0;
    }

    function _place(Target memory t, uint8 level, uint64 index) private pure {
        if (index >> level != 0) revert NothingThere(index, uint256(1) << level);
        (t.level, t.index) = (level, index);
    }

    function _request(Target memory t, uint256 window) private returns (bytes32 id) {
        id = keccak256(abi.encode(t));
        if (_requests[id].status != Status.None) revert AlreadyRequested(id);
        (address account, bool member) = _asker(t.task, t.round, msg.sender);
        if (!member) revert NotInCommittee(msg.sender);
        bytes32 key = _unitsKey(t.claimHash, account);
        uint256 units = _units[key] + unitsOf(t.kind, t.tree);
        // INVARIANT: what can be asked at once can be answered in a window.
        if (units > MAX_UNITS) revert TooManyRequests(account, units, MAX_UNITS);
        _units[key] = units;
        _requests[id] = Request({
            account: account,
            requester: msg.sender,
            requestedAt: uint40(block.timestamp),
            window: uint32(window),
            status: Status.Open
        });
        emit Requested(id, t.task, t.round, msg.sender, uint40(block.timestamp + window), t);
        uint256 before = token.balanceOf(address(this));
        uint256 bond = _bondOf(t.kind, t.tree);
        token.safeTransferFrom(msg.sender, address(this), bond);
        // INVARIANT: court balance = bonds of open requests + owed.
        uint256 received = token.balanceOf(address(this)) - before;
        if (received != bond) revert ShortTransfer(received, bond);
    }

    /// @dev The account that `caller` is, or is the key of, and whether it is in the committee of the round.
    function _asker(uint256 task, uint64 round, address caller) private view returns (address account, bool member) {
        (account,,) = ledger.vault().actingFor(task, caller);
        if (account == address(0)) account = caller;
        member = ledger.weightOf(task, round, account) != 0;
    }

    function _unitsKey(bytes32 claimHash, address account) private pure returns (bytes32) {
        return keccak256(abi.encode(claimHash, account));
    }

    /// @dev INVARIANT: an answer is paid as it is dear, whoever asked and whoever answers.
    function _bondOf(Kind kind, Tree tree) private view returns (uint128) {
        return uint128(unitsOf(kind, tree)) * unitBond;
    }

    function _payoutToken() internal view override returns (IERC20) {
        return token;
    }

    /// @dev Paused time counts towards no deadline.
    function _deadline(Request memory request_) private view returns (uint256) {
        return ledger.deadline(request_.requestedAt, request_.window);
    }

    function _window(IRoundLedger.TaskView memory task) private pure returns (uint256) {
        return Math.max(1, task.windows.challenge / _WINDOWS);
    }

    // ── What is answered ──────────────────────────────────────────────────────────────────────────────────────────

    function _requireOpen(Target calldata t, Kind kind) private view {
        Request memory request_ = _requireStatus(idOf(t));
        if (t.kind != kind) revert WrongKind(t.kind, kind);
        uint256 end = _deadline(request_);
        if (block.timestamp >= end) revert TooLate(block.timestamp, end);
        IRoundLedger.RoundView memory view_ = ledger.round(t.task, t.round);
        if (!_same(t, view_)) revert ClaimGone(t.claimHash);
    }

    function _answered(Target calldata t) private {
        bytes32 id = idOf(t);
        Request storage request_ = _requests[id];
        request_.status = Status.Answered;
        _units[_unitsKey(t.claimHash, request_.account)] -= unitsOf(t.kind, t.tree);
        emit Answered(id, t.task, t.round, msg.sender, msg.data);
        _owe(msg.sender, _bondOf(t.kind, t.tree));
    }

    function _requireStatus(bytes32 id) private view returns (Request memory request_) {
        request_ = _requests[id];
        if (request_.status != Status.Open) revert NotOpen(id, request_.status);
    }

    /// @dev No number is posted twice, so the hash names the posting.
    function _same(Target calldata t, IRoundLedger.RoundView memory view_) private pure returns (bool) {
        return view_.claimHash == t.claimHash;
    }

    function _requirePlace(Target calldata t, bytes32 node, bytes32[] calldata path) private pure {
        if (path.length != t.level) revert WrongLength(path.length, t.level);
        Openings.requireLeaf(t.root, node, t.index, path);
    }

    /// @dev The node above `level`, which is lost.
    function _above(bytes32[] memory level) private pure returns (bytes32) {
        for (uint256 count = level.length / 2; count > 0; count /= 2) {
            for (uint256 i = 0; i < count; ++i) {
                level[i] = Hashes.efficientKeccak256(level[2 * i], level[2 * i + 1]);
            }
        }
        return level[0];
    }

    function _requireNode(IFraudJudge.SumNode calldata node, bytes32 expected) private pure {
        bytes32 hash = keccak256(abi.encode(node));
        if (hash != expected) revert WrongHash(hash, expected);
    }

    /// @dev An honest vector has nothing past its last chunk, and no proof reaches that place.
    function _requireNoTail(Target calldata t, bytes32[] calldata nodes) private pure {
        if (t.count == 0) revert NothingThere(t.index, 0);
        if (t.level + _LEVELS < t.depth) return;
        uint256 first = t.index * nodes.length;
        for (uint256 i = 0; i < nodes.length; ++i) {
            if (first + i >= t.count && nodes[i] != 0) revert NothingThere(first + i, t.count);
        }
    }

    /// @dev A preimage that does not have the form of a leaf could not be used in a proof. No form has the 64 bytes of
    /// an inner node.
    function _requireForm(Tree tree, bytes calldata preimage) private pure {
        uint256 length = preimage.length;
        bool formed;
        if (tree == Tree.Gram) {
            formed = length == 96;
        } else if (tree == Tree.Trace) {
            formed = length % 32 == 8;
        } else if (tree == Tree.Transition) {
            formed = length % 32 == 0 && length >= 128;
        } else {
            formed = length == 160;
            // Reverts for values that do not fit their types.
            if (formed) abi.decode(preimage, (LedgerLeaf));
        }
        if (!formed) revert MalformedLeaf(tree, length);
    }

    function _requireRow(Target calldata t, Row calldata row) private view {
        MemberLeaf calldata leaf = row.leaf;
        _requireCommitted(t, leaf, row.signature);
        // Whose signature it is the judge decides, once it is here.
        bytes32 attested = row.attestation.length == 0 ? bytes32(0) : keccak256(row.attestation);
        if (attested != leaf.attestationHash) revert WrongHash(attested, leaf.attestationHash);
        if (leaf.updateRoot != 0) {
            bytes32 opened = ClaimLib.commitment(t.task, t.round, leaf.member, leaf.updateRoot, row.salt);
            if (opened != leaf.commitment) revert WrongHash(opened, leaf.commitment);
        }
    }

    function _requireCommitted(Target calldata t, MemberLeaf calldata leaf, bytes calldata signature) private view {
        if (leaf.signatureHash == 0) {
            bytes32 forced = ledger.forcedCommitment(t.task, t.round, leaf.member);
            if (forced != leaf.commitment) revert WrongHash(forced, leaf.commitment);
            return;
        }
        bytes32 hash = keccak256(signature);
        if (hash != leaf.signatureHash) revert WrongHash(hash, leaf.signatureHash);
        bytes32 statement = Statements.commitment(t.task, t.round, leaf.member, leaf.commitment);
        address signer = ECDSA.recoverCalldata(LedgerDomain.digest(address(ledger), statement), signature);
        address expected = ledger.keyOf(t.task, t.round, leaf.member);
        if (signer != expected) revert WrongSigner(signer, expected);
    }
}
