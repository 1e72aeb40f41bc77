// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC2981} from "@openzeppelin/contracts/interfaces/IERC2981.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import {IModelRegistry} from "../interfaces/IModelRegistry.sol";
import {IPayouts} from "../interfaces/IPayouts.sol";
import {IRoundLedger} from "../interfaces/IRoundLedger.sol";
import {Claim, LedgerLeaf} from "../lib/Types.sol";

/// @title ModelMarket
/// @notice Sells licences of registered models, and pays what they earn to the accounts that the ledger of the model's
/// claim names, in proportion to their rewards there. Operators have leaves in that ledger like members, so they share.
///
/// ```
///  offer ──buy──▶ licence (ERC-1155, paid, unused) ──activate──▶ grant (one account, term and uses run)
///                    │            price is held                    price is revenue
///                    └──revoke (governance)──▶ the price goes back to the holder
/// ```
///
/// * The price of a licence is held until its holder activates it. Only then is it revenue. Governance may revoke an
///   unused licence for breach and cannot gain by it: the holder gets the price back. Nobody can revoke a grant.
/// * The terms of an offer never change. The treasury's share is the one that was governed when the offer was made.
/// * Rounding: the treasury's share of a licence rounds down, contributors get the rest of the price. A contributor's share
///   of all revenue of a model rounds down, so less than one wei for each leaf stays in the contract.
/// * Everything is pulled: no recipient can stop a sale, an activation or another recipient's payment.
///
/// Immutable; governance is the owner of the ledger. Assumed of the token: a plain ERC-20 without fee on transfer or
/// rebasing; a transfer that brings less reverts. Liveness breaks for nobody: no call waits for another account.
interface IModelMarket is IERC1155, IERC2981, IPayouts {
    /// @notice What a seller fixes.
    /// @param price token wei
    /// @param term seconds that a grant runs from its activation; 0 without end
    /// @param uses answers that a server owes for a grant; 0 without limit
    /// @param supply licences that may be sold, at least one
    /// @param royaltyBps share of a resale that `royaltyInfo` names, at most `MAX_ROYALTY_BPS`
    struct Terms {
        uint128 price;
        uint32 term;
        uint32 uses;
        uint64 supply;
        uint16 royaltyBps;
    }

    /// @param model claim hash, as in the registry
    /// @param treasuryBps share of the treasury, fixed when the offer was made
    /// @param sold licences sold so far, the revoked ones with them
    struct Offer {
        bytes32 model;
        address seller;
        bool closed;
        uint16 treasuryBps;
        uint64 sold;
        Terms terms;
    }

    /// @notice A licence in use. It belongs to one account and is not transferable.
    /// @param server the account whose signed receipts count the uses; zero for any server, or for none
    /// @param until second from which it is over; 0 for never
    /// @param uses answers that the server owes; 0 without limit
    struct Grant {
        bytes32 model;
        address holder;
        uint40 from;
        uint40 until;
        address server;
        uint32 uses;
        uint256 offer;
    }

    event Offered(uint256 indexed offer, bytes32 indexed model, address indexed seller, uint16 treasuryBps, Terms terms);
    event Closed(uint256 indexed offer, address indexed by);
    event Bought(uint256 indexed offer, address indexed buyer, uint64 amount, uint128 cost);
    event Activated(
        uint256 indexed grant, uint256 indexed offer, address indexed holder, address server, uint40 until, uint32 uses
    );
    /// @param reason hash of the text that says what the breach was
    event Revoked(uint256 indexed offer, address indexed holder, uint64 amount, uint128 refund, bytes32 reason);
    /// @notice Revenue of a model; `treasury` is the part that is not shared among contributors.
    event Earned(bytes32 indexed model, uint128 contributors, uint128 treasury);
    /// @param cumulative sum of all payments to the contributor for the model so far
    event RevenueClaimed(bytes32 indexed model, address indexed contributor, uint128 amount, uint128 cumulative);
    event TreasurySet(address treasury, uint16 bps);

    error ZeroAmount();
    error ShareTooLarge(uint256 bps, uint256 maximum);
    /// @notice Only the founder of the model's task and governance may offer it.
    error NotSeller(address caller, address founder);
    error NotGovernance(address caller, address owner);
    /// @notice The ledger of the claim pays nobody, so revenue would belong to nobody.
    error NobodyEarned(bytes32 model);
    error UnknownOffer(uint256 offer, uint256 offers);
    error UnknownGrant(uint256 grant, uint256 grants);
    error OfferClosed(uint256 offer);
    error SoldOut(uint256 wanted, uint256 left);
    error TooDear(uint256 cost, uint256 maximum);
    error ShortTransfer(uint256 received, uint256 expected);
    error SlotOutOfRange(uint256 slot, uint256 slots);
    error WrongProof(bytes32 root, bytes32 expected);
    error NothingToClaim(uint256 share, uint256 claimed);
    error ExceedsRevenue(uint256 claimed, uint256 revenue);

    /// @notice Offers licences of a registered model.
    /// @param claim the claim of the model, as posted
    function offer(uint256 task, uint64 round, Claim calldata claim, Terms calldata terms)
        external
        returns (uint256 id);

    /// @notice Ends the sale; the seller or governance may. Licences that were sold stay good.
    function close(uint256 id) external;

    /// @notice Buys licences for the caller.
    /// @param maxCost what the caller agrees to pay: a reorganisation may give the number of an offer to another one
    function buy(uint256 id, uint64 amount, uint128 maxCost) external returns (uint128 cost);

    /// @notice Uses up one licence of the caller; its term and uses begin.
    /// @param server see `Grant`
    function activate(uint256 id, address server) external returns (uint256 grant_);

    /// @notice Takes unused licences from a holder who broke their terms. The holder is owed the price.
    function revoke(uint256 id, address holder, uint64 amount, bytes32 reason) external returns (uint128 refund);

    /// @notice Adds revenue to a model, such as what a server of it earned. Contributors share all of it.
    function contribute(uint256 task, uint64 round, Claim calldata claim, uint128 amount) external;

    /// @notice Pays the leaf's share of all revenue of the model, less earlier payments, to its account. Anyone may
    /// send it. The same proof is good for ever: the ledger of a claim does not change.
    /// @param slot the leaf's index
    /// @param proof ten siblings, from the leaf up
    function claimRevenue(
        uint256 task,
        uint64 round,
        Claim calldata claim,
        LedgerLeaf calldata leaf,
        uint256 slot,
        bytes32[10] calldata proof
    ) external returns (uint128 amount);

    /// @notice Governance names the treasury and its share of licences of offers made from now on.
    function setTreasury(address treasury_, uint16 bps) external;

    function MAX_TREASURY_BPS() external view returns (uint16);
    function MAX_ROYALTY_BPS() external view returns (uint16);
    function registry() external view returns (IModelRegistry);
    function ledger() external view returns (IRoundLedger);
    function token() external view returns (IERC20);
    function treasury() external view returns (address account, uint16 bps);
    /// @notice Offers have the numbers from 1 on; the number is the id of the licence's token.
    function offers() external view returns (uint256);
    function offerOf(uint256 id) external view returns (Offer memory);
    /// @notice Grants have the numbers from 1 on.
    function grants() external view returns (uint256);
    function grantOf(uint256 id) external view returns (Grant memory);
    /// @notice Whether the account may use the model now under the grant. Uses are counted by the server.
    function isLicensed(uint256 id, address account, bytes32 model) external view returns (bool);
    /// @notice All revenue of a model that contributors share, and what of it was paid.
    function revenueOf(bytes32 model) external view returns (uint128 total, uint128 paid);
    function revenuePaid(bytes32 model, address contributor) external view returns (uint128);
}
