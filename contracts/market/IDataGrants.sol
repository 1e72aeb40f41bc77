// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IModelRegistry} from "../interfaces/IModelRegistry.sol";
import {IPayouts} from "../interfaces/IPayouts.sol";
import {IRoundLedger} from "../interfaces/IRoundLedger.sol";
import {Claim, MemberLeaf} from "../lib/Types.sol";

/// @title DataGrants
/// @notice Owners of data sets let members of a task train on them, for a time, free or for a price a round.
///
/// ```
///  register ──▶ data set ──grant──▶ granted ──(price: fund)──▶ runs ──until, or revoke──▶ over ──SETTLEMENT──▶ refund
///                                                               │
///                                                               └── charge, once a final round in which the grantee's update counted
/// ```
///
/// * A data set is the root of a fingerprint (docs/data.md) under the account that registered it. Nobody gains by registering the
///   root of somebody else: a data set is named by its owner and its root together.
/// * A grant names one task, one member of it and an end. It runs from the second of the grant, with a price from the second in which it is
///   first funded. Owner and grantee may end it at any time. It never runs longer than it said.
/// * Rounds that opened while a grant ran are under it: the second before the opening counts, as for the stake of a member. What this contract says of a past second never changes.
/// * The price is paid for a final round in which the grantee's update was available, once, out of what was paid in before. A claim and a members row show it.
///   The rest goes back to the grantee `SETTLEMENT` seconds after the end.
/// * Everything is pulled. Rounds that the ledger forgets can still be charged: `note` their opening while the ledger knows it,
///   and show that they are final with `IModelRegistry.witness`.
///
/// Immutable, without owner. Assumed of the token: a plain ERC-20 without fee on transfer or rebasing; a transfer that brings
/// less reverts. Assumed of the owner: it watches what is left of a grant, and revokes one that does not pay for the next round. Liveness breaks for nobody: no call waits for another account.
interface IDataGrants is IPayouts {
    /// @param owner who registered it
    /// @param root of its fingerprint
    /// @param terms keccak256 of the text that says what the data may be used for; 0 for none
    struct DataSet {
        address owner;
        uint40 registeredAt;
        bytes32 root;
        bytes32 terms;
    }

    /// @param grantee owner address of a member of the task
    /// @param from second from which it runs; 0 for a grant with a price that nobody funded yet
    /// @param until second from which it is over
    /// @param price of a round, token wei; 0 for a free grant
    /// @param left what is paid in and not charged, token wei
    struct Grant {
        bytes32 dataSet;
        uint256 task;
        address grantee;
        uint40 from;
        uint40 until;
        uint128 price;
        uint128 left;
    }

    event Registered(bytes32 indexed dataSet, address indexed owner, bytes32 root, bytes32 terms);
    event Granted(
        bytes32 indexed grant,
        bytes32 indexed dataSet,
        address indexed grantee,
        uint256 task,
        uint40 until,
        uint128 price
    );
    event Funded(bytes32 indexed grant, address indexed payer, uint128 amount, uint128 left);
    event Revoked(bytes32 indexed grant, address indexed by);
    event Charged(bytes32 indexed grant, uint64 indexed round, address indexed owner, uint128 price, uint128 left);
    event Refunded(bytes32 indexed grant, address indexed grantee, uint128 amount);
    event Noted(bytes32 indexed claimHash, uint40 openedAt);

    error ZeroAddress();
    error ZeroRoot();
    error UnknownTask(uint256 task);
    error UnknownDataSet(bytes32 dataSet);
    error UnknownGrant(bytes32 grant);
    error AlreadyRegistered(bytes32 dataSet);
    error NotOwner(address caller, address owner);
    /// @notice Only the owner of the data set and the grantee may end a grant.
    error NotParty(address caller, address owner, address grantee);
    /// @notice The grantee has a grant of the data set for the task that is not over.
    error StillGranted(bytes32 grant, uint256 until);
    error TooManyGrants(uint256 grants, uint256 maximum);
    error TooManyMembers(uint256 members, uint256 maximum);
    error GrantOver(uint256 until, uint256 timestamp);
    error GrantIsFree(bytes32 grant);
    /// @notice What is paid in would not pay for one round.
    error TooLittle(uint256 amount, uint256 price);
    error ShortTransfer(uint256 received, uint256 expected);
    error NoClaim(uint256 task, uint256 round);
    /// @notice Nothing says that the claim is final, or nobody noted when its round opened.
    error NotFinal(uint256 task, uint256 round, bytes32 claimHash);
    error WrongProof(bytes32 root, bytes32 expected);
    error NotGrantee(address member, address grantee);
    /// @notice The update of the grantee did not count in the round.
    error NotUsed(uint256 round);
    /// @notice The grant did not run in the second before the round opened.
    error NotUnderGrant(uint256 time, uint256 from, uint256 until);
    error AlreadyCharged(bytes32 grant, uint256 round);
    error TooEarly(uint256 timestamp, uint256 from);
    error NothingLeft(bytes32 grant);
    /// @notice Only the past is certain.
    error NotPast(uint256 time, uint256 timestamp);

    /// @notice Registers a data set of the caller. It says nothing about the data: proofs of single records need the salt of the fingerprint.
    function register(bytes32 root, bytes32 terms) external returns (bytes32 dataSet);

    /// @notice Lets a member of a task train on a data set of the caller.
    /// @param until second from which the grant is over
    /// @param price of a round, token wei; 0 for a free grant, which runs at once
    /// @return grant_ names its terms: a reorganisation gives the name to no other terms
    function grant(bytes32 dataSet, uint256 task, address grantee, uint40 until, uint128 price)
        external
        returns (bytes32 grant_);

    /// @notice Pays in for the rounds to come. The first time is the grantee's consent to the price, and starts the grant. Anyone may pay; the rest goes back to the grantee.
    function fund(bytes32 grant_, uint128 amount) external;

    /// @notice Ends a grant from this second on. Rounds that opened before stay under it. Owner or grantee.
    function revoke(bytes32 grant_) external;

    /// @notice Remembers when the round of a posted claim opened: the ledger forgets it. Anyone may.
    function note(uint256 task, uint64 round) external;

    /// @notice Pays the owner of the data set for one round. Anyone may send it.
    /// @param claim the final claim of the round, as posted
    /// @param leaf the grantee's row of the claim
    /// @param row its index
    /// @param proof seven siblings, from the leaf up
    function charge(
        bytes32 grant_,
        uint64 round,
        Claim calldata claim,
        MemberLeaf calldata leaf,
        uint256 row,
        bytes32[7] calldata proof
    ) external;

    /// @notice Owes the grantee what is left of a grant that has been over for `SETTLEMENT` seconds. Anyone may send it.
    function refund(bytes32 grant_) external returns (uint128 amount);

    /// @notice Grants of one owner to one member for one task at most.
    function MAX_GRANTS() external view returns (uint256);
    /// @notice Members of one question at most.
    function MAX_MEMBERS() external view returns (uint256);
    /// @notice Seconds after the end of a grant in which its last rounds are charged.
    function SETTLEMENT() external view returns (uint40);
    function registry() external view returns (IModelRegistry);
    function ledger() external view returns (IRoundLedger);
    function token() external view returns (IERC20);
    /// @notice Reverts `UnknownDataSet`.
    function dataSetOf(bytes32 dataSet) external view returns (DataSet memory);
    /// @notice Reverts `UnknownGrant`.
    function grantOf(bytes32 grant_) external view returns (Grant memory);
    /// @notice All grants of an owner to a member for a task, oldest first.
    function grantsOf(address owner, uint256 task, address grantee) external view returns (bytes32[] memory);
    function charged(bytes32 grant_, uint64 round) external view returns (bool);
    /// @notice Second in which the round of a claim opened, if it was noted; else 0.
    function openedAt(bytes32 claimHash) external view returns (uint40);
    /// @notice Whose grants a round is under: bit i is set if a grant of one of `owners` to `members[i]` for the task ran at `time`.
    /// The answer about a second never changes. For a round ask about the second before it opened.
    /// @param time before this second; else reverts `NotPast`
    function grantedAt(address[] calldata owners, uint256 task, address[] calldata members, uint40 time)
        external
        view
        returns (uint256 bits);
}
