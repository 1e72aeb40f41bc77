// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Claim} from "../lib/Types.sol";
import {IPauseClock} from "./IPauseClock.sol";
import {IStakeVault} from "./IStakeVault.sol";

/// @title RoundLedger
/// @notice Orders the rounds of every task: one `post` per round, for any number of members. The ledger never looks
/// inside a claim. A judge contract does, and it may `reject` a claim until the claim is final.
///
/// ```
///  created ──start──▶ round 1
///
///  open ──commit──▶ reveal ──▶ attest ──▶ post window ──▶ takeover window ──▶ (nobody posts)
///   ▲                                       │ operator      │ another operator       │ voidRound
///   │                                       ▼               ▼                        ▼
///   └── next round opens ◀─────────────── posted ◀──────────┘              next number, same base
///                                           │ reject (judge, not final): same round, posted again by another operator
///                                           ▼
///                                         final: quorum signed it, or its challenge window passed
/// ```
///
/// * A created task has no open round. Anyone starts it once its minimum of members and stake has joined.
/// * Every window is half-open: `[start, end)`. The clock is `block.timestamp`, read once per call. While the ledger is
///   paused, the clock stands still for every window (`IPauseClock`). All ends that this interface returns include the
///   pauses known so far.
/// * A round number is never used for two sets of statements. A rejected round keeps its number, because its members'
///   statements stand. The rounds opened after it are void. When it is posted again, the next round gets a fresh
///   number.
/// * A claim is final without a transaction once its challenge window has passed. Finality is inherited backwards:
///   every claim that a final claim builds on is final.
/// * A round is rejected at most `MAX_ATTEMPTS` times; then it is void. This bounds how long a member can be exposed.
///
/// Assumed of the clock: the chain keeps producing blocks, and timestamps never decrease. Assumed of the caller:
/// nothing. Liveness breaks in two cases. If no bonded operator posts, rounds become void and the base model stands. If
/// the claims of a task are posted faster than `RING − 1` per challenge window without a quorum, posting waits for
/// finality, without a penalty.
///
/// Deployment order: 1. token, 2. `StakeVault` behind a proxy, 3. `RoundLedger` behind a proxy `(owner, vault)`,
/// 4. `RewardDistributor` behind a proxy `(owner, token, ledger)`, 5. `vault.setLedger(ledger)` (once),
/// 6. `ledger.setDistributor(distributor)` (once), 7. `createTask`, 8. `distributor.fund`,
/// 9. operator and members bond, register keys and allocate to the task, 10. `start`.
interface IRoundLedger is IPauseClock {
    /// @notice Lengths in seconds.
    struct Windows {
        uint32 commit;
        uint32 reveal;
        uint32 attest;
        uint32 post;
        uint32 takeover;
        uint32 challenge;
    }

    /// @param specHash hash of the task specification (docs/protocol.md §7)
    /// @param genesisModelRoot root of the model that round 1 starts from
    /// @param genesisReferenceRoot root of the zero reference, 0 for a task without reference
    /// @param operator owner address of the first operator; must have joined when the task starts
    /// @param rewardPerRound most a round may add to the ledger, wei
    /// @param quorumBps share of the snapshotted stake whose signatures make a claim final at once, 5001 … 10000
    /// @param judge only this address may reject; if zero, nobody can
    /// @param missPenalty taken from an operator that let its post window pass
    /// @param falseClaimPenalty taken from the operator of a rejected claim
    /// @param faultPenalty taken from an account whose own signed fault was proved
    /// @param bountyBps share of `falseClaimPenalty` and `faultPenalty` for whoever proved it, at most 2000
    /// @param minMembers members with eligible stake that the task waits for before it can start, at most `MAX_MEMBERS`
    /// @param minStake eligible stake that the task waits for before it can start, wei
    struct TaskConfig {
        bytes32 specHash;
        bytes32 genesisModelRoot;
        bytes32 genesisReferenceRoot;
        address operator;
        Windows windows;
        uint128 rewardPerRound;
        uint16 quorumBps;
        address judge;
        uint128 missPenalty;
        uint128 falseClaimPenalty;
        uint128 faultPenalty;
        uint16 bountyBps;
        uint16 minMembers;
        uint128 minStake;
    }

    /// @notice The terms that voters may change for later rounds; the fields are those of `TaskConfig`. The rest of a
    /// task is fixed for its life. Reward and quorum stand in its specification, which every claim descends from and
    /// the judge reads. Windows decide how long stake is exposed, and were checked against the vault's shortest
    /// unbonding delay.
    struct Terms {
        address judge;
        uint128 missPenalty;
        uint128 falseClaimPenalty;
        uint128 faultPenalty;
        uint16 bountyBps;
    }

    /// @notice A task as created, with its later changes. `operator` is the seat's current holder; `judge`, the
    /// penalties and the bounty are the terms of the current round. `currentRound` is 0 before the start.
    struct TaskView {
        bytes32 specHash;
        address operator;
        Windows windows;
        uint128 rewardPerRound;
        uint128 funded;
        uint16 quorumBps;
        address judge;
        uint128 missPenalty;
        uint128 falseClaimPenalty;
        uint128 faultPenalty;
        uint16 bountyBps;
        uint64 currentRound;
        uint16 minMembers;
        uint128 minStake;
    }

    /// @notice None: not opened yet. Void: nobody posted the round in time, or a rejection dropped it; it never gets a
    /// claim. Pruned: older than the ring; it was final or void.
    enum RoundStatus {
        None,
        Open,
        Posted,
        Final,
        Void,
        Pruned
    }

    /// @notice All zero but `status` for a round without claim (an open one has `openedAt` and `attempt`).
    /// @param operator owner address of the operator that posted; zero for genesis
    /// @param openedAt second the round opened; its stake snapshot is the second before
    /// @param challengeEnd second from which the claim is final, unless a quorum made it final before
    /// @param attempt how often the round had been rejected before
    struct RoundView {
        RoundStatus status;
        bytes32 claimHash;
        address operator;
        uint40 openedAt;
        uint40 postedAt;
        uint40 challengeEnd;
        uint8 attempt;
    }

    /// @notice The round that can be posted now.
    /// @param operator holder of the seat (owner address)
    /// @param vacant true after a rejection, and when the holder is no longer bonded: any bonded operator except
    /// `operator` may post at once
    /// @param snapshot timepoint of the stake that counts: `openedAt − 1`
    /// @param commitEnd before it, a claim may only be posted if it seals every member of the snapshot
    /// @param postEnd until then only `operator` may post, unless `vacant`
    /// @param takeoverEnd until then any other bonded operator may post; from then on `voidRound`
    /// @param parent hash of the claim that the new claim must build on
    struct OpenRound {
        uint64 round;
        address operator;
        bool vacant;
        uint8 attempt;
        uint40 openedAt;
        uint40 snapshot;
        uint40 commitEnd;
        uint40 revealEnd;
        uint40 attestEnd;
        uint40 postEnd;
        uint40 takeoverEnd;
        bytes32 parent;
    }

    event TaskCreated(uint256 indexed task, bytes32 indexed specHash, bytes32 genesisClaim, TaskConfig config);
    /// @notice `round` may be more than one above the last: numbers lost to voids and rejections are not used again.
    event RoundOpened(uint256 indexed task, uint64 indexed round, uint40 openedAt);
    event Posted(uint256 indexed task, uint64 indexed round, bytes32 indexed claimHash, address operator, Claim claim);
    event TakenOver(uint256 indexed task, uint64 indexed round, address indexed operator, address late);
    event Missed(uint256 indexed task, uint64 indexed round, address indexed operator, uint128 penalty);
    /// @notice A rejected round may be posted again from `since` on.
    event RoundReopened(uint256 indexed task, uint64 indexed round, uint40 since);
    event RoundVoided(uint256 indexed task, uint64 indexed round);
    event Finalized(uint256 indexed task, uint64 indexed round, bytes32 indexed claimHash, uint256 stake);
    /// @notice Every round opened after `round` is void.
    event Rejected(
        uint256 indexed task,
        uint64 indexed round,
        bytes32 indexed claimHash,
        address operator,
        uint128 penalty,
        address recipient,
        uint128 bounty
    );
    /// @notice The judge found `account` at fault in `round`; the round itself stands.
    event Penalised(
        uint256 indexed task,
        uint64 indexed round,
        address indexed account,
        uint128 penalty,
        address recipient,
        uint128 bounty
    );
    event ForcedCommitment(uint256 indexed task, uint64 indexed round, address indexed member, bytes32 commitment);
    event Funded(uint256 indexed task, uint128 amount, uint128 funded);
    /// @notice Rounds from `from` on have other terms.
    event TermsSet(uint256 indexed task, uint64 indexed from, Terms terms);
    event DistributorSet(address indexed distributor);

    error ZeroAddress();
    error UnknownTask(uint256 task, uint256 tasks);
    /// @notice What burns of the penalty must cover the rewards that lies can take at once (`ISpecRules`).
    error PenaltyTooLow(uint256 penalty, uint256 minimum);
    /// @notice An operator with the minimum bond could not pay.
    error PenaltyAboveBond(uint256 penalty, uint256 minOperatorBond);
    /// @notice The court could be asked for more than can be answered in an eighth of the window.
    error ChallengeTooShort(uint256 challenge, uint256 minimum);
    error OutOfBounds(uint256 value, uint256 minimum, uint256 maximum);
    /// @notice The task has no open round yet; `start` opens the first.
    error NotStarted(uint256 task);
    error AlreadyStarted(uint256 task);
    error TooFewMembers(uint256 members, uint256 minimum);
    error TooLittleStake(uint256 stake, uint256 minimum);
    /// @notice The task would expose a member's stake for longer than unbonding is sure to take.
    error ExposureTooLong(uint256 exposure, uint256 minUnbondingDelay);
    error NotCurrentRound(uint256 round, uint256 current);
    error WrongParent(bytes32 parent, bytes32 expected);
    error TooEarly(uint256 timestamp, uint256 from);
    error TooLate(uint256 timestamp, uint256 end);
    error NotOperator(address caller);
    error OperatorNotBonded(address operator);
    /// @notice Before the takeover window only the seat's holder may post.
    error NotYourTurn(address operator, address holder);
    /// @notice The seat's holder let its window pass, or had its claim for this round rejected.
    error SeatLost(address operator);
    error TooManyMembers(uint256 members, uint256 maximum);
    error RewardTooHigh(uint256 ledgerTotal, uint256 maximum);
    error Underfunded(uint256 ledgerTotal, uint256 funded);
    /// @notice The ring still needs the entries before `round`; it is final from `finalAt` on.
    error RingFull(uint256 round, uint256 finalAt);
    error NoClaim(uint256 round);
    error WrongClaim(bytes32 claimHash, bytes32 expected);
    error AlreadyFinal(uint256 round);
    error LengthMismatch(uint256 members, uint256 signatures);
    error NotAscending(address previous, address next);
    error WrongSigner(address signer, address expected);
    error QuorumMissed(uint256 stake, uint256 needed);
    error NotJudge(address caller, address judge);
    /// @notice An account pays for its faults in a round only once.
    error AlreadyPenalised(uint256 round, address account);
    error NotMember(address caller);
    error ZeroCommitment();
    error AlreadyCommitted(bytes32 commitment);
    error NotDistributor(address caller, address distributor);
    error DistributorFixed(address distributor);

    /// @notice Governance creates a task. No round is open until somebody starts it.
    function createTask(TaskConfig calldata config) external returns (uint256 task);

    /// @notice Anyone opens round 1 once at least `minMembers` members with at least `minStake` eligible stake counted in the
    /// task a second ago, which is the snapshot of round 1. Reverts `OperatorNotBonded` unless the seat's holder has joined.
    function start(uint256 task) external;

    /// @notice Posts the claim of the current round and opens the next one. The caller is the operator key of a bonded
    /// operator; see `OpenRound` for who may post when. Posting in the takeover window takes the seat and costs its late
    /// holder the miss penalty.
    function post(uint256 task, uint64 round, Claim calldata claim) external;

    /// @notice Anyone may void a round that nobody posted in time. The base model stands, and the next number opens.
    /// The seat's holder loses the miss penalty, unless the seat was vacant. If the holder's bond no longer suffices,
    /// the seat is vacant.
    function voidRound(uint256 task) external;

    /// @notice Makes a claim final at once with the signatures of members that hold `quorumBps` of the snapshotted stake.
    /// @param members owner addresses, strictly ascending
    /// @param signatures for each member its 65-byte signature over `Agreement(uint256 task,uint64 round,bytes32 claim)` by
    /// the operator key that was valid at the round's snapshot
    function finalizeWithQuorum(
        uint256 task,
        uint64 round,
        bytes32 claimHash,
        address[] calldata members,
        bytes[] calldata signatures
    ) external;

    /// @notice The judge rejects a claim that is not final, with everything built on it. Its operator loses the
    /// false-claim penalty (part of it to `recipient`); another bonded operator may post the same round at once.
    function reject(uint256 task, uint64 round, address recipient) external;

    /// @notice As `reject`, but only if the round's claim is `claimHash`. A judge that reads nothing else of the ledger
    /// needs no call before this one.
    /// @return standing the round's claim while it may be rejected; zero when there is none. The claim was rejected if
    /// and only if `standing` equals `claimHash`; otherwise nothing changed.
    function tryReject(uint256 task, uint64 round, bytes32 claimHash, address recipient)
        external
        returns (bytes32 standing);

    /// @notice The judge takes the fault penalty (part of it to `recipient`) from an account that signed a
    /// contradiction in that round. The account pays once per task and round, for any number of faults. The round is
    /// open, or its claim is in the ring, final or not. Nothing else changes: no claim falls.
    function penalise(uint256 task, uint64 round, address account, address recipient) external;

    /// @notice A member of the snapshot puts its commitment on chain because the operator ignores it: during the commit
    /// window, once per round, by its owner or operator key.
    function forceCommit(uint256 task, uint64 round, bytes32 commitment) external;

    /// @notice The distributor reports how much more was paid in for a task.
    function noteFunded(uint256 task, uint128 amount) external;

    /// @notice Governance changes the terms of a task for every round that is not open yet. A round keeps the terms of
    /// its opening for its whole life, also when it is posted again after a rejection.
    /// @dev No penalty exceeds the highest bond that the vault may ever demand. A false claim or fault always costs at
    /// least the lowest such bond. A task with a judge keeps one.
    function setTerms(uint256 task, Terms calldata terms_) external;

    /// @notice The terms that a round has, or would have if it opened next.
    function terms(uint256 task, uint64 round) external view returns (Terms memory);

    /// @notice Governance names the distributor, once.
    function setDistributor(address distributor_) external;

    function RING() external view returns (uint64);
    function MAX_MEMBERS() external view returns (uint32);
    function MAX_ATTEMPTS() external view returns (uint8);
    function MIN_WINDOW() external view returns (uint32);
    function MAX_WINDOW() external view returns (uint32);
    function MIN_QUORUM_BPS() external view returns (uint16);
    function MAX_BOUNTY_BPS() external view returns (uint16);

    function vault() external view returns (IStakeVault);
    function distributor() external view returns (address);
    /// @notice Tasks have the ids 1 … taskCount.
    function taskCount() external view returns (uint256);
    /// @notice The longest time in seconds that any task can keep a snapshotted member exposed.
    function maxExposure() external view returns (uint256);
    function task(uint256 task_) external view returns (TaskView memory);
    function funded(uint256 task_) external view returns (uint128);
    /// @notice Reverts `NotStarted` before the start.
    function current(uint256 task_) external view returns (OpenRound memory);
    function round(uint256 task_, uint64 round_) external view returns (RoundView memory);
    /// @notice Hash of the round's claim while it may be rejected: posted and not final; else zero.
    function rejectable(uint256 task_, uint64 round_) external view returns (bytes32 claimHash);
    /// @notice Zero for a task that does not exist.
    function specHash(uint256 task_) external view returns (bytes32);
    /// @notice The last claim that stands, final or not.
    function head(uint256 task_) external view returns (uint64 round_, bytes32 claimHash);
    /// @notice Whether no transaction can change the outcome of the round any more. This is also true for void and
    /// pruned rounds and for genesis.
    function isFinal(uint256 task_, uint64 round_) external view returns (bool);
    /// @notice Whether `claimHash` is the claim of that round and final.
    function isFinalClaim(uint256 task_, uint64 round_, bytes32 claimHash) external view returns (bool);
    /// @notice Whether `account` was penalised for a fault in that round.
    function penalised(uint256 task_, uint64 round_, address account) external view returns (bool);
    /// @notice The commitment that the member forced on chain; zero if there is none.
    function forcedCommitment(uint256 task_, uint64 round_, address member) external view returns (bytes32);
}
