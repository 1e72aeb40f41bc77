// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IModelRegistry} from "../interfaces/IModelRegistry.sol";
import {IRoundLedger} from "../interfaces/IRoundLedger.sol";
import {ClaimLib} from "../lib/ClaimLib.sol";
import {MerkleTree} from "../lib/MerkleTree.sol";
import {Payouts} from "../lib/Payouts.sol";
import {Claim, MemberLeaf} from "../lib/Types.sol";
import {IDataGrants} from "./IDataGrants.sol";

/// @title DataGrants
/// @dev Behaviour and assumptions: see `IDataGrants`.
contract DataGrants is IDataGrants, Payouts {
    using SafeERC20 for IERC20;

    uint256 public constant MAX_GRANTS = 64;
    uint256 public constant MAX_MEMBERS = 128;
    /// Depth of the members tree (docs/protocol.md §2).
    uint256 private constant _DEPTH = 7;

    /// @inheritdoc IDataGrants
    IModelRegistry public immutable registry;
    /// @inheritdoc IDataGrants
    IRoundLedger public immutable ledger;
    /// @inheritdoc IDataGrants
    IERC20 public immutable token;
    /// @inheritdoc IDataGrants
    uint40 public immutable SETTLEMENT;
    /// @inheritdoc IDataGrants
    mapping(bytes32 grant_ => mapping(uint64 round => bool)) public charged;
    /// @inheritdoc IDataGrants
    mapping(bytes32 claimHash => uint40) public openedAt;
    mapping(bytes32 dataSet => DataSet) private _dataSets;
    mapping(bytes32 grant_ => Grant) private _grants;
    mapping(bytes32 dataSet => mapping(uint256 task => mapping(address grantee => bytes32))) private _newest;
    mapping(address owner => mapping(uint256 task => mapping(address grantee => bytes32[]))) private _grantsOf;

    constructor(IModelRegistry registry_, IERC20 token_, uint40 settlement) {
        (registry, ledger, token, SETTLEMENT) = (registry_, registry_.ledger(), token_, settlement);
    }

    /// @inheritdoc IDataGrants
    function register(bytes32 root, bytes32 terms) external returns (bytes32 dataSet) {
        if (root == 0) revert ZeroRoot();
        dataSet = keccak256(abi.encode(msg.sender, root));
        if (_dataSets[dataSet].owner != address(0)) revert AlreadyRegistered(dataSet);
        _dataSets[dataSet] = DataSet(msg.sender, uint40(block.timestamp), root, terms);
        emit Registered(dataSet, msg.sender, root, terms);
    }

    /// @inheritdoc IDataGrants
    function grant(bytes32 dataSet, uint256 task, address grantee, uint40 until, uint128 price)
        external
        returns (bytes32 grant_)
    {
        address owner = _dataSet(dataSet).owner;
        if (msg.sender != owner) revert NotOwner(msg.sender, owner);
        if (grantee == address(0)) revert ZeroAddress();
        if (ledger.specHash(task) == 0) revert UnknownTask(task);
        if (until <= block.timestamp) revert GrantOver(until, block.timestamp);
        bytes32 before = _newest[dataSet][task][grantee];
        // INVARIANT: no second is under two grants of a data set, so no round is charged for it twice.
        if (_grants[before].until > block.timestamp) revert StillGranted(before, _grants[before].until);
        bytes32[] storage all = _grantsOf[owner][task][grantee];
        if (all.length >= MAX_GRANTS) revert TooManyGrants(all.length + 1, MAX_GRANTS);
        grant_ = keccak256(abi.encode(dataSet, task, grantee, until, price, before));
        uint40 from = price == 0 ? uint40(block.timestamp) : 0;
        _grants[grant_] = Grant(dataSet, task, grantee, from, until, price, 0);
        _newest[dataSet][task][grantee] = grant_;
        all.push(grant_);
        emit Granted(grant_, dataSet, grantee, task, until, price);
    }

    /// @inheritdoc IDataGrants
    function fund(bytes32 grant_, uint128 amount) external nonReentrant {
        Grant storage given = _grant(grant_);
        if (given.price == 0) revert GrantIsFree(grant_);
        if (block.timestamp >= given.until) revert GrantOver(given.until, block.timestamp);
        if (given.from == 0) {
            if (amount < given.price) revert TooLittle(amount, given.price);
            // INVARIANT: what was said of a past second stays true: a grant begins now, and never earlier.
            given.from = uint40(block.timestamp);
        }
        given.left += amount;
        emit Funded(grant_, msg.sender, amount, given.left);
        _take(amount);
    }

    /// @inheritdoc IDataGrants
    function revoke(bytes32 grant_) external {
        Grant storage given = _grant(grant_);
        address owner = _dataSets[given.dataSet].owner;
        if (msg.sender != owner && msg.sender != given.grantee) revert NotParty(msg.sender, owner, given.grantee);
        if (block.timestamp >= given.until) revert GrantOver(given.until, block.timestamp);
        given.until = uint40(block.timestamp);
        emit Revoked(grant_, msg.sender);
    }

    /// @inheritdoc IDataGrants
    function note(uint256 task, uint64 round) external {
        IRoundLedger.RoundView memory view_ = ledger.round(task, round);
        if (view_.claimHash == 0) revert NoClaim(task, round);
        // The name of a claim that falls stays noted. It is never final, so nobody is paid for it.
        openedAt[view_.claimHash] = view_.openedAt;
        emit Noted(view_.claimHash, view_.openedAt);
    }

    /// @inheritdoc IDataGrants
    function charge(
        bytes32 grant_,
        uint64 round,
        Claim calldata claim,
        MemberLeaf calldata leaf,
        uint256 row,
        bytes32[7] calldata proof
    ) external {
        Grant storage given = _grant(grant_);
        uint256 opened = _requireFinal(given.task, round, claim);
        bytes32 root = _rootFrom(ClaimLib.hash(leaf), row, proof);
        if (root != claim.membersRoot) revert WrongProof(root, claim.membersRoot);
        if (leaf.member != given.grantee) revert NotGrantee(leaf.member, given.grantee);
        if (leaf.updateRoot == 0) revert NotUsed(round);
        if (!_ranAt(given, opened - 1)) revert NotUnderGrant(opened - 1, given.from, given.until);
        // INVARIANT: a round is paid once under a grant.
        if (charged[grant_][round]) revert AlreadyCharged(grant_, round);
        uint128 price = given.price;
        if (price == 0) revert GrantIsFree(grant_);
        if (given.left < price) revert TooLittle(given.left, price);
        charged[grant_][round] = true;
        given.left -= price;
        address owner = _dataSets[given.dataSet].owner;
        _owe(owner, price);
        emit Charged(grant_, round, owner, price, given.left);
    }

    /// @inheritdoc IDataGrants
    function refund(bytes32 grant_) external returns (uint128 amount) {
        Grant storage given = _grant(grant_);
        uint256 from = uint256(given.until) + SETTLEMENT;
        if (block.timestamp < from) revert TooEarly(block.timestamp, from);
        amount = given.left;
        if (amount == 0) revert NothingLeft(grant_);
        given.left = 0;
        _owe(given.grantee, amount);
        emit Refunded(grant_, given.grantee, amount);
    }

    /// @inheritdoc IDataGrants
    function dataSetOf(bytes32 dataSet) external view returns (DataSet memory) {
        return _dataSet(dataSet);
    }

    /// @inheritdoc IDataGrants
    function grantOf(bytes32 grant_) external view returns (Grant memory) {
        return _grant(grant_);
    }

    /// @inheritdoc IDataGrants
    function grantsOf(address owner, uint256 task, address grantee) external view returns (bytes32[] memory) {
        return _grantsOf[owner][task][grantee];
    }

    /// @inheritdoc IDataGrants
    function grantedAt(address[] calldata owners, uint256 task, address[] calldata members, uint40 time)
        external
        view
        returns (uint256 bits)
    {
        if (time >= block.timestamp) revert NotPast(time, block.timestamp);
        if (members.length > MAX_MEMBERS) revert TooManyMembers(members.length, MAX_MEMBERS);
        for (uint256 i = 0; i < members.length; ++i) {
            for (uint256 k = 0; k < owners.length; ++k) {
                if (!_anyRanAt(_grantsOf[owners[k]][task][members[i]], time)) continue;
                bits |= 1 << i;
                break;
            }
        }
    }

    function _payoutToken() internal view override returns (IERC20) {
        return token;
    }

    function _anyRanAt(bytes32[] storage all, uint256 time) private view returns (bool) {
        // The newest first: it is the likeliest.
        for (uint256 i = all.length; i > 0; --i) {
            if (_ranAt(_grants[all[i - 1]], time)) return true;
        }
        return false;
    }

    function _ranAt(Grant storage given, uint256 time) private view returns (bool) {
        uint256 from = given.from;
        return from != 0 && from <= time && time < given.until;
    }

    /// @return opened second in which the round of the claim opened
    function _requireFinal(uint256 task, uint64 round, Claim calldata claim) private view returns (uint256 opened) {
        // The hash says which round: nobody is paid for a claim that the caller made up.
        bytes32 id = ClaimLib.hashCalldata(claim, task, round);
        IRoundLedger.RoundView memory view_ = ledger.round(task, round);
        if (view_.claimHash == id) {
            if (view_.status == IRoundLedger.RoundStatus.Final) return view_.openedAt;
        } else if (registry.witnessed(id) && openedAt[id] != 0) {
            return openedAt[id];
        }
        revert NotFinal(task, round, id);
    }

    function _rootFrom(bytes32 leaf, uint256 row, bytes32[7] calldata proof) private pure returns (bytes32) {
        uint256 from;
        assembly ("memory-safe") {
            from := proof
        }
        return MerkleTree.climb(leaf, row, from, _DEPTH);
    }

    function _take(uint128 amount) private {
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = token.balanceOf(address(this)) - before;
        if (received != amount) revert ShortTransfer(received, amount);
    }

    function _dataSet(bytes32 dataSet) private view returns (DataSet storage known) {
        known = _dataSets[dataSet];
        if (known.owner == address(0)) revert UnknownDataSet(dataSet);
    }

    function _grant(bytes32 grant_) private view returns (Grant storage given) {
        given = _grants[grant_];
        if (given.grantee == address(0)) revert UnknownGrant(grant_);
    }
}
