// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC2981} from "@openzeppelin/contracts/interfaces/IERC2981.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ERC1155} from "@openzeppelin/contracts/token/ERC1155/ERC1155.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IModelRegistry} from "../interfaces/IModelRegistry.sol";
import {IRoundLedger} from "../interfaces/IRoundLedger.sol";
import {ClaimLib} from "../lib/ClaimLib.sol";
import {MerkleTree} from "../lib/MerkleTree.sol";
import {Payouts} from "../lib/Payouts.sol";
import {Claim, LedgerLeaf} from "../lib/Types.sol";
import {IModelMarket} from "./IModelMarket.sol";

/// @title ModelMarket
/// @dev Behaviour and assumptions: see `IModelMarket`.
contract ModelMarket is IModelMarket, ERC1155, Payouts {
    using SafeCast for uint256;
    using SafeERC20 for IERC20;

    struct Revenue {
        uint128 total;
        uint128 paid;
    }

    uint16 public constant MAX_TREASURY_BPS = 2000;
    uint16 public constant MAX_ROYALTY_BPS = 1000;
    uint256 private constant _BPS = 10_000;
    /// Leaves of the ledger tree (docs/protocol.md §2).
    uint256 private constant _SLOTS = 1024;

    /// @inheritdoc IModelMarket
    IModelRegistry public immutable registry;
    /// @inheritdoc IModelMarket
    IRoundLedger public immutable ledger;
    /// @inheritdoc IModelMarket
    IERC20 public immutable token;
    /// @inheritdoc IModelMarket
    uint256 public offers;
    /// @inheritdoc IModelMarket
    uint256 public grants;
    /// @inheritdoc IModelMarket
    mapping(bytes32 model => Revenue) public revenueOf;
    /// @inheritdoc IModelMarket
    mapping(bytes32 model => mapping(address contributor => uint128)) public revenuePaid;
    mapping(uint256 id => Offer) private _offers;
    mapping(uint256 id => Grant) private _grants;
    address private _treasury;
    uint16 private _treasuryBps;

    constructor(IModelRegistry registry_, IERC20 token_) ERC1155("") {
        (registry, ledger, token) = (registry_, registry_.ledger(), token_);
    }

    /// @inheritdoc IModelMarket
    function offer(uint256 task, uint64 round, Claim calldata claim, Terms calldata terms)
        external
        returns (uint256 id)
    {
        if (terms.supply == 0) revert ZeroAmount();
        if (terms.royaltyBps > MAX_ROYALTY_BPS) revert ShareTooLarge(terms.royaltyBps, MAX_ROYALTY_BPS);
        bytes32 model = _requireShared(task, round, claim);
        address founder = ledger.task(task).founder;
        if (msg.sender != founder && msg.sender != _governance()) revert NotSeller(msg.sender, founder);
        id = ++offers;
        Offer storage made = _offers[id];
        (made.model, made.seller, made.treasuryBps, made.terms) = (model, msg.sender, _treasuryBps, terms);
        emit Offered(id, model, msg.sender, _treasuryBps, terms);
    }

    /// @inheritdoc IModelMarket
    function close(uint256 id) external {
        Offer storage made = _offer(id);
        if (msg.sender != made.seller && msg.sender != _governance()) revert NotSeller(msg.sender, made.seller);
        if (made.closed) revert OfferClosed(id);
        made.closed = true;
        emit Closed(id, msg.sender);
    }

    /// @inheritdoc IModelMarket
    function buy(uint256 id, uint64 amount, uint128 maxCost) external nonReentrant returns (uint128 cost) {
        if (amount == 0) revert ZeroAmount();
        Offer storage made = _offer(id);
        if (made.closed) revert OfferClosed(id);
        uint64 left = made.terms.supply - made.sold;
        if (amount > left) revert SoldOut(amount, left);
        cost = (uint256(made.terms.price) * amount).toUint128();
        if (cost > maxCost) revert TooDear(cost, maxCost);
        made.sold += amount;
        emit Bought(id, msg.sender, amount, cost);
        _take(cost);
        _mint(msg.sender, id, amount, "");
    }

    /// @inheritdoc IModelMarket
    function activate(uint256 id, address server) external nonReentrant returns (uint256 grant_) {
        Offer storage made = _offer(id);
        Terms memory terms = made.terms;
        bytes32 model = made.model;
        _burn(msg.sender, id, 1);
        // INVARIANT: what is held for unused licences, revenue and debts is all there: one licence less, its price more.
        uint128 toTreasury =
            _treasury == address(0) ? 0 : uint128(uint256(terms.price) * made.treasuryBps / _BPS);
        _owe(_treasury, toTreasury);
        _earn(model, terms.price - toTreasury, toTreasury);
        grant_ = ++grants;
        uint40 from = uint40(block.timestamp);
        uint40 until = terms.term == 0 ? 0 : from + terms.term;
        _grants[grant_] = Grant({
            model: model,
            holder: msg.sender,
            from: from,
            until: until,
            server: server,
            uses: terms.uses,
            offer: id
        });
        emit Activated(grant_, id, msg.sender, server, until, terms.uses);
    }

    /// @inheritdoc IModelMarket
    function revoke(uint256 id, address holder, uint64 amount, bytes32 reason) external returns (uint128 refund) {
        _requireGovernance();
        if (amount == 0) revert ZeroAmount();
        Offer storage made = _offer(id);
        _burn(holder, id, amount);
        // No more than was paid for all licences of the offer together, which was a uint128 each time.
        refund = (uint256(made.terms.price) * amount).toUint128();
        _owe(holder, refund);
        emit Revoked(id, holder, amount, refund, reason);
    }

    /// @inheritdoc IModelMarket
    function contribute(uint256 task, uint64 round, Claim calldata claim, uint128 amount) external nonReentrant {
        if (amount == 0) revert ZeroAmount();
        _earn(_requireShared(task, round, claim), amount, 0);
        _take(amount);
    }

    /// @inheritdoc IModelMarket
    function claimRevenue(
        uint256 task,
        uint64 round,
        Claim calldata claim,
        LedgerLeaf calldata leaf,
        uint256 slot,
        bytes32[10] calldata proof
    ) external nonReentrant returns (uint128 amount) {
        // The hash says which model: nobody can earn revenue of a model whose claim the caller made up.
        bytes32 model = ClaimLib.hashCalldata(claim, task, round);
        if (slot >= _SLOTS) revert SlotOutOfRange(slot, _SLOTS);
        bytes32 root = MerkleTree.rootFrom10(ClaimLib.hash(leaf), slot, proof);
        if (root != claim.ledgerRoot) revert WrongProof(root, claim.ledgerRoot);

        Revenue memory revenue = revenueOf[model];
        uint128 before = revenuePaid[model][leaf.member];
        uint256 share = _shareRoundedDown(revenue.total, leaf.reward, claim.ledgerTotal);
        if (share <= before) revert NothingToClaim(share, before);
        // INVARIANT: paid ≤ revenue. If the leaves of a tree add up to more than the claim's total, only revenue is paid.
        uint256 paid = revenue.paid + (share - before);
        if (paid > revenue.total) revert ExceedsRevenue(paid, revenue.total);
        amount = uint128(share - before);
        revenueOf[model].paid = uint128(paid);
        revenuePaid[model][leaf.member] = uint128(share);
        emit RevenueClaimed(model, leaf.member, amount, uint128(share));
        token.safeTransfer(leaf.member, amount);
    }

    /// @inheritdoc IModelMarket
    function setTreasury(address treasury_, uint16 bps) external {
        _requireGovernance();
        uint16 maximum = treasury_ == address(0) ? 0 : MAX_TREASURY_BPS;
        if (bps > maximum) revert ShareTooLarge(bps, maximum);
        (_treasury, _treasuryBps) = (treasury_, bps);
        emit TreasurySet(treasury_, bps);
    }

    /// @inheritdoc IModelMarket
    function treasury() external view returns (address account, uint16 bps) {
        return (_treasury, _treasuryBps);
    }

    /// @inheritdoc IModelMarket
    function offerOf(uint256 id) external view returns (Offer memory) {
        return _offer(id);
    }

    /// @inheritdoc IModelMarket
    function grantOf(uint256 id) external view returns (Grant memory) {
        if (id == 0 || id > grants) revert UnknownGrant(id, grants);
        return _grants[id];
    }

    /// @inheritdoc IModelMarket
    function isLicensed(uint256 id, address account, bytes32 model) external view returns (bool) {
        Grant storage given = _grants[id];
        return given.holder == account && account != address(0) && given.model == model
            && (given.until == 0 || block.timestamp < given.until);
    }

    /// @notice Resales pay the treasury: a plain transfer to this contract could not be told from any other.
    function royaltyInfo(uint256 id, uint256 salePrice) external view returns (address receiver, uint256 royalty) {
        royalty = _treasury == address(0) ? 0 : salePrice / _BPS * _offers[id].terms.royaltyBps;
        return (_treasury, royalty);
    }

    function supportsInterface(bytes4 id) public view override(ERC1155, IERC165) returns (bool) {
        return id == type(IERC2981).interfaceId || super.supportsInterface(id);
    }

    function _payoutToken() internal view override returns (IERC20) {
        return token;
    }

    function _earn(bytes32 model, uint128 contributors, uint128 toTreasury) private {
        revenueOf[model].total += contributors;
        emit Earned(model, contributors, toTreasury);
    }

    function _take(uint128 amount) private {
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = token.balanceOf(address(this)) - before;
        if (received != amount) revert ShortTransfer(received, amount);
    }

    /// @dev The model is registered, so its claim is final, and its ledger says among whom revenue is shared.
    function _requireShared(uint256 task, uint64 round, Claim calldata claim) private view returns (bytes32 model) {
        model = ClaimLib.hashCalldata(claim, task, round);
        registry.model(model);
        if (claim.ledgerTotal == 0) revert NobodyEarned(model);
    }

    function _offer(uint256 id) private view returns (Offer storage) {
        if (id == 0 || id > offers) revert UnknownOffer(id, offers);
        return _offers[id];
    }

    function _governance() private view returns (address) {
        return Ownable(address(ledger)).owner();
    }

    function _requireGovernance() private view {
        address owner = _governance();
        if (msg.sender != owner) revert NotGovernance(msg.sender, owner);
    }

    /// @dev Two numbers below 2^128: the product fits.
    function _shareRoundedDown(uint256 total, uint256 reward, uint256 rewards) private pure returns (uint256) {
        return rewards == 0 ? 0 : total * reward / rewards;
    }
}
