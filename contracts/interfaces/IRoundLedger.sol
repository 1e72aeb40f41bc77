// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Claim, TaskSpec} from "../lib/Types.sol";
import {IPauseClock} from "./IPauseClock.sol";
import {IStakeVault} from "./IStakeVault.sol";
import {ITaskRules} from "./ITaskRules.sol";

/// @title RoundLedger
/// @notice Orders the rounds of every task: two transactions a round, `seal` and `post`, for any number of members. The
/// ledger never looks inside a claim. A judge contract does, and it may `reject` a claim until the claim is final.
///
/// ```
///            takeSeat                     seal                        post
///  Empty ─────────────▶ Commit ─────────────────────▶ Sealed ─────────────────────▶ posted ──▶ final
///    ▲                    │ fail, voidWithQuorum        │ fail, voidWithQuorum        │
///    │◀───────────────────┴─────────────────────────────┘                             ├──▶ Commit of the next number
///    │◀── reject (judge), voidWithQuorum: the claim falls with everything built on it ┤
///    └◀── the next round could not be posted: unfunded, too few members, stopped ─────┘
/// ```
///
/// * One round: one operator, one seal, one claim. Whatever fails burns the round's number. A fresh number opens on the
///   last claim that stands once somebody takes the empty seat. No number opens twice.
/// * Anyone may create a task and becomes its founder. The terms and the specification are fixed for the task's life, so
///   whoever allocates stake to it knows what the stake is at risk for. Other terms are another task (`succeedTask`).
/// * A round opens only if its claim could be posted: its reward is paid in, the ring has a place, the task's judge is not
///   retired, the task is not stopped and has enough members and stake, and its operator is bonded.
/// * The holder of the seat keeps it from round to round as long as it posts. Lateness costs the seat and a wait before
///   the operator may take a seat of the task again, never stake.
/// * The seal fixes which commitments count. It reverts unless it was made over the chain's own set of forced
///   commitments, or has a row of every member. Nothing can be forced after it.
/// * Every window is half-open: `[start, end)`. The clock is `block.timestamp`, read once per call. While the ledger is
///   paused, the clock stands still for every window (`IPauseClock`). All ends that this interface returns include the
///   pauses known so far.
/// * A claim is final without a transaction once its challenge window has passed. Finality is inherited backwards:
///   every claim that a final claim builds on is final.
///
/// Assumed of the clock: the chain keeps producing blocks, and timestamps never decrease. Assumed of the caller:
/// nothing. Liveness breaks if no bonded operator takes the seat: the base model stands. If the claims of a task are
/// posted faster than `RING − 1` per challenge window without a quorum, the next round opens when the ring has a place.
///
/// Deployment order: 1. token, 2. `StakeVault` behind a proxy, 3. `RoundLedger` behind a proxy `(owner, vault)`,
/// 4. `RewardDistributor` behind a proxy `(owner, token, ledger)`, 5. `vault.setLedger(ledger)` (once),
/// 6. `ledger.setDistributor(distributor)` (once), 7. judge, 8. `ledger.addJudge(judge)`, 9. `createTask`,
/// 10. `distributor.fund`, 11. operators and members bond, register keys and allocate to the task, 12. `takeSeat`.
interface IRoundLedger is IPauseClock {
    /// @notice Lengths in seconds. `post` bounds both transactions of the operator: the seal comes less than `post` after
    /// the commit window, the claim less than `post` after the attest window. Reveal and attest run from the seal on.
    struct Windows {
        uint32 commit;
        uint32 reveal;
        uint32 attest;
        uint32 post;
        uint32 challenge;
    }

    /// @notice What a task asks of its members and operators, beside its specification. Fixed for the task's life.
    /// @param quorumBps share of the snapshotted stake whose signatures make a claim final or void at once, 5001 … 10000
    /// @param minMembers members with eligible stake without which no round opens, at most `MAX_MEMBERS`
    /// @param minStake eligible stake without which no round opens, wei
    /// @param judge only this address may reject; one that governance added
    /// @param falseClaimPenalty taken from the operator of a rejected claim, and the least that an operator of the task allocates
    /// @param faultPenalty taken from an account whose own fault was proved
    /// @param bountyBps share of `falseClaimPenalty` and `faultPenalty` for whoever proved it, at most 2000
    struct TaskTerms {
        Windows windows;
        uint16 quorumBps;
        uint16 minMembers;
        uint128 minStake;
        address judge;
        uint128 falseClaimPenalty;
        uint128 faultPenalty;
        uint16 bountyBps;
    }

    /// @notice A final claim of another task, whose model a successor starts from.
    struct Origin {
        uint256 task;
        uint64 round;
        Claim claim;
    }

    /// @notice A task as created. `operator` is the seat's current holder, zero for an empty seat. `currentRound` is 0
    /// while no round is open. `predecessor` is 0 for a task that succeeds none.
    struct TaskView {
        bytes32 specHash;
        address founder;
        address operator;
        Windows windows;
        uint128 rewardPerRound;
        uint128 funded;
        uint16 quorumBps;
        address judge;
        bool judgeRetired;
        bool stopped;
        uint128 falseClaimPenalty;
        uint128 faultPenalty;
        uint16 bountyBps;
        uint64 currentRound;
        uint16 minMembers;
        uint128 minStake;
        uint256 predecessor;
        uint64 predecessorRound;
        uint16 committee;
    }

    /// @notice Unknown: governance never added it. Added: tasks may name it. Retired: it only judges rounds that were open.
    enum JudgeState {
        Unknown,
        Added,
        Retired
    }

    /// @notice None: not opened yet. Void: the round failed, or a rejection or a quorum dropped it; it never gets a
    /// claim. Pruned: older than the ring; it was final or void.
    enum RoundStatus {
        None,
        Open,
        Posted,
        Final,
        Void,
        Pruned
    }

    /// @notice Empty: no round is open. Commit: the round takes commitments. Sealed: its rows are fixed.
    enum SeatState {
        Empty,
        Commit,
        Sealed
    }

    /// @notice All zero but `status` for a round without claim (an open one has what is known of it).
    /// @param operator owner address of the operator that has the seat or posted; zero for genesis
    /// @param operatorKey the key that held the seat, whose receipts bind the operator
    /// @param openedAt second the round opened
    /// @param sealedAt second of the seal, from which reveal and attest windows run
    /// @param challengeEnd second from which the claim is final, unless a quorum made it final before
    /// @param digest hash of the sealed rows (docs/protocol.md §3)
    /// @param count number of sealed rows
    /// @param snapshot timepoint of the stake and the keys of the members
    /// @param committee members that are expected to be drawn for a round, 0 where nobody is drawn
    /// @param seed what the committee is drawn with; 0 while it is not stored, and in tasks that draw nobody
    struct RoundView {
        RoundStatus status;
        bytes32 claimHash;
        address operator;
        address operatorKey;
        uint40 openedAt;
        uint40 sealedAt;
        uint40 postedAt;
        uint40 challengeEnd;
        bytes32 digest;
        uint32 count;
        uint40 snapshot;
        uint16 committee;
        bytes32 seed;
    }

    /// @notice The open round, or what stands before the next one.
    /// @param round the open number; with state Empty the number that opens next
    /// @param operator holder of the seat (owner address). With state Empty it waits for a place in the ring, and `open`
    /// opens its round
    /// @param operatorKey the key that took or kept the seat
    /// @param emptySince second since which nobody has the seat, 0 if somebody has it
    /// @param ringFinalAt with state Empty the second from which the ring has a place, 0 if it has one
    /// @param snapshot timepoint of the stake and the keys of the members: `openedAt − 1`, and in drawn tasks
    /// `taskRules.ENTRY_DELAY()` before that
    /// @param commitEnd before it, only a list with a row of every member may be sealed
    /// @param sealEnd until then the round may be sealed; from then on anybody may `fail` it
    /// @param forcedHash what the seal must name (see `forceCommit`)
    /// @param revealEnd as the next two, 0 before the seal
    /// @param postEnd until then the claim may be posted; from then on anybody may `fail` the round
    /// @param parent hash of the claim that the new claim must build on
    /// @param committee members that are expected to be drawn for a round, 0 where nobody is drawn
    /// @param openedBlock of a drawn round: number of the block in which it opened, four before the block of the seed
    /// @param seed what the committee is drawn with; 0 while it is not stored
    struct OpenRound {
        SeatState state;
        uint64 round;
        address operator;
        address operatorKey;
        uint40 emptySince;
        uint40 ringFinalAt;
        uint40 openedAt;
        uint40 snapshot;
        uint40 commitEnd;
        uint40 sealEnd;
        bytes32 forcedHash;
        uint40 sealedAt;
        bytes32 digest;
        uint32 count;
        uint40 revealEnd;
        uint40 attestEnd;
        uint40 postEnd;
        bytes32 parent;
        uint16 committee;
        uint40 openedBlock;
        bytes32 seed;
    }

    /// @notice Everything that a task is, for whoever wants to join it.
    event TaskCreated(
        uint256 indexed task,
        bytes32 indexed specHash,
        address indexed founder,
        bytes32 genesisClaim,
        bytes32 genesisReferenceRoot,
        TaskTerms terms,
        TaskSpec spec
    );
    /// @notice The task starts from the model of a final claim of another task.
    event TaskSucceeds(uint256 indexed task, uint256 indexed predecessor, uint64 round, bytes32 claimHash);
    /// @notice No number of the task opens any more.
    event Stopped(uint256 indexed task, address indexed by);
    /// @notice What the rounds of a stopped task did not use went back to its founder.
    event Refunded(uint256 indexed task, address indexed founder, uint128 amount);
    event JudgeAdded(address indexed judge);
    /// @notice No number opens any more in the tasks of the judge.
    event JudgeRetires(address indexed judge);
    /// @notice `round` may be more than one above the last: a number that was opened once is not used again.
    event RoundOpened(
        uint256 indexed task, uint64 indexed round, address indexed operator, address operatorKey, uint40 openedAt
    );
    /// @notice The committee of the round is drawn, among the members at `snapshot`.
    event SeedStored(uint256 indexed task, uint64 indexed round, bytes32 seed, uint40 snapshot);
    event RoundSealed(uint256 indexed task, uint64 indexed round, bytes32 digest, uint32 count, uint40 sealedAt);
    event Posted(uint256 indexed task, uint64 indexed round, bytes32 indexed claimHash, address operator, Claim claim);
    /// @notice The round ended without a claim.
    event RoundFailed(uint256 indexed task, uint64 indexed round, address indexed operator, uint8 fails);
    /// @notice A quorum voided the round. `claimHash` is 0 if it was open. Every round opened after it is void.
    event RoundVoided(
        uint256 indexed task,
        uint64 indexed round,
        bytes32 indexed claimHash,
        address operator,
        uint8 fails,
        uint256 stake
    );
    /// @notice Nobody has the seat; the next round has the number `next`.
    event SeatEmptied(uint256 indexed task, uint64 next, uint40 since);
    /// @notice The operator keeps the seat and waits for a place in the ring.
    event SeatWaiting(uint256 indexed task, address indexed operator);
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
    event DistributorSet(address indexed distributor);

    error ZeroAddress();
    error UnknownTask(uint256 task, uint256 tasks);
    /// @notice What burns of the penalty must cover the rewards that lies can take at once, and the bonds that a search in
    /// the court brings (`ITaskRules`).
    error PenaltyTooLow(uint256 penalty, uint256 minimum);
    /// @notice Nobody could look at a claim in time, or the court could be asked for more than can be answered in an eighth
    /// of the window.
    error ChallengeTooShort(uint256 challenge, uint256 minimum);
    error OutOfBounds(uint256 value, uint256 minimum, uint256 maximum);
    /// @notice The task has no open round; `takeSeat` opens one.
    error NoOpenRound(uint256 task);
    error SeatTaken(address operator);
    /// @notice Nobody waits for a place in the ring.
    error NotWaiting(uint256 task);
    error TooFewMembers(uint256 members, uint256 minimum);
    error TooLittleStake(uint256 stake, uint256 minimum);
    /// @notice The task would expose a member's stake for longer than unbonding is sure to take.
    error ExposureTooLong(uint256 exposure, uint256 minUnbondingDelay);
    error NotCurrentRound(uint256 round, uint256 current);
    /// @notice The number was opened at another second than the caller saw: the chain was reorganised.
    error OtherOpening(uint256 openedAt, uint256 actual);
    error WrongParent(bytes32 parent, bytes32 expected);
    error TooEarly(uint256 timestamp, uint256 from);
    error TooLate(uint256 timestamp, uint256 end);
    error NotOperator(address caller);
    error OperatorNotBonded(address operator);
    /// @notice Only the account that has the seat may do this.
    error NotHolder(address caller, address holder);
    error NotSealed(uint256 round);
    error AlreadySealed(uint256 round);
    /// @notice The seal was made over another set of forced commitments than the chain has.
    error OtherForced(bytes32 forcedHash, bytes32 actual);
    error OtherSeal(bytes32 digest, bytes32 actual);
    error WrongCount(uint256 members, uint256 count);
    error TooManyMembers(uint256 members, uint256 maximum);
    error RewardTooHigh(uint256 ledgerTotal, uint256 maximum);
    /// @notice The reward of the next round is not paid in.
    error Underfunded(uint256 needed, uint256 funded);
    /// @notice The ring still needs the entries before `height`; it is final from `finalAt` on.
    error RingFull(uint256 height, uint256 finalAt);
    error NoClaim(uint256 round);
    error WrongClaim(bytes32 claimHash, bytes32 expected);
    error AlreadyFinal(uint256 round);
    error LengthMismatch(uint256 members, uint256 others);
    error NotAscending(address previous, address next);
    error WrongSigner(address signer, address expected);
    error QuorumMissed(uint256 stake, uint256 needed);
    error NotJudge(address caller, address judge);
    /// @notice An account pays for its faults in a round only once.
    error AlreadyPenalised(uint256 round, address account);
    error NotMember(address account);
    /// @notice The account is a member of the snapshot, and the round's committee was drawn without it.
    error NotDrawn(address account);
    /// @notice The round's committee is not drawn yet, `storeSeed` draws it.
    error NoSeed(uint256 round);
    error SeedKnown(uint256 round);
    /// @notice Every member of the task has a row.
    error NothingDrawn(uint256 task);
    error ZeroCommitment();
    error NotDistributor(address caller, address distributor);
    error DistributorFixed(address distributor);
    /// @notice Governance never added the judge.
    error JudgeUnknown(address judge);
    /// @notice No task may name the judge any more, and no number opens in its tasks.
    error JudgeRetired(address judge);
    error JudgeKnown(address judge);
    error JudgeOfOther(address judge, address ledger);
    error TooManyJudges(uint256 judges, uint256 maximum);
    error NotFounder(address caller, address founder);
    error TaskStopped(uint256 task);
    error NotStopped(uint256 task);
    /// @notice The open round may still use the task's funds.
    error StillOpen(uint256 round);
    /// @notice The round's claim may still be rejected until `finalAt`.
    error NotFinalYet(uint256 round, uint256 finalAt);
    error NotFinalClaim(uint256 task, uint256 round, bytes32 claimHash);
    /// @notice A successor's genesis model is not the one that the predecessor's claim ends with.
    error OtherModel(bytes32 genesisModelRoot, bytes32 modelRoot);

    /// @notice Creates a task, with the caller as its founder. Its seat is empty, and no round is open until an operator
    /// takes it. The task is what terms and specification say, for good.
    /// @dev Reverts if `taskRules` or a bound refuses terms or specification, or unless the judge is added, not retired, and
    /// judges this ledger. The founder pays for the task's storage at once, about 6 M gas.
    function createTask(TaskTerms calldata terms, TaskSpec calldata spec) external returns (uint256 task);

    /// @notice Creates a task that starts from the model of another task's final claim. Anyone may; ledger, strikes and
    /// reference start anew, and nobody's stake moves.
    /// @param origin the claim, which the ledger still keeps; its model is `spec.genesisModelRoot`
    function succeedTask(TaskTerms calldata terms, TaskSpec calldata spec, Origin calldata origin)
        external
        returns (uint256 task);

    /// @notice The founder or governance ends a task. An open round goes on to its end, and earned rewards stay.
    function stop(uint256 task) external;

    /// @notice The distributor pays back what a stopped task did not use.
    /// @dev Reverts while a round is open or a claim is not final.
    function noteRefunded(uint256 task) external returns (address founder, uint128 amount);

    /// @notice Governance lets tasks name a judge, at most 32 in the life of the ledger.
    function addJudge(address judge) external;

    /// @notice Governance ends the use of a judge. It keeps its power over the rounds that opened before.
    function retireJudge(address judge) external;

    /// @notice A bonded operator takes the empty seat with its operator key, which opens the next number. An operator
    /// that failed the task waits `(2^fails − 1) · post` from the second the seat became empty (`seatFrom`).
    /// @dev Reverts unless the round's claim could be posted; see above.
    function takeSeat(uint256 task) external;

    /// @notice Anyone opens the round of a holder that waited for a place in the ring. If the round could not be posted
    /// for another reason, or the holder is not bonded any more, the seat becomes empty instead.
    function open(uint256 task) external;

    /// @notice Ends the open round without a claim and empties the seat: the holder at any time, anyone past the
    /// deadline. It counts as a failure of the holder, and costs nothing. Anyone may end a drawn round whose seed was not
    /// stored while the chain had the hash of its block; that counts as nobody's failure.
    /// @dev Reverts with `NotCurrentRound` when another number is open, so a call that comes late or twice ends no later round.
    /// @param round number of the open round
    function fail(uint256 task, uint64 round) external;

    /// @notice Draws the committee of the open round of a drawn task, once: anyone brings the header of the fourth block
    /// after the opening. The chain knows its hash for 256 blocks, or 8,191 (EIP-2935).
    /// @param header of the block, RLP-encoded
    function storeSeed(uint256 task, bytes calldata header) external;

    /// @notice Puts commitments on chain that the operator may ignore: before the seal, during the commit window, once a
    /// member. A member that has one already is skipped.
    /// @dev Each new one changes `forcedHash = keccak256(abi.encode(forcedHash, member, commitment))`, which the seal must
    /// name. It is 0 at first, and in a drawn round the seed. Nothing is forced before the seed is stored.
    /// @param members members of the snapshot (owner addresses), drawn ones in a drawn task
    /// @param signatures for each member its 65-byte signature over `Commitment(uint256 task,uint64 round,address
    /// member,bytes32 commitment)` by its key of the snapshot, or nothing if the caller is the member's owner or that key
    function forceCommit(
        uint256 task,
        uint64 round,
        address[] calldata members,
        bytes32[] calldata commitments,
        bytes[] calldata signatures
    ) external;

    /// @notice The holder of the seat fixes the rows of the open round. From the end of the commit window on, `forcedHash`
    /// must be the chain's. A list with a row of every member of the snapshot may come before, whatever was forced. A drawn
    /// round is sealed once its seed is stored, and its seal always names `forcedHash`, which begins with the seed.
    /// @param openedAt second in which the round opened, as the caller knows it
    /// @param digest hash of the rows (docs/protocol.md §3)
    function seal(uint256 task, uint64 round, uint40 openedAt, bytes32 digest, uint32 count, bytes32 forcedHash)
        external;

    /// @notice The holder of the seat, bonded, posts the claim of the sealed round. It keeps the seat, and the next
    /// number opens at once if its claim could be posted. If only the ring has no place, the holder waits and `open`
    /// opens it; else the seat becomes empty.
    /// @param openedAt as for `seal`
    /// @param digest the digest that was sealed, as the caller knows it
    function post(uint256 task, uint64 round, uint40 openedAt, bytes32 digest, Claim calldata claim) external;

    /// @notice Makes a claim final at once with the signatures of members that hold `quorumBps` of the snapshotted stake.
    /// In a drawn task the signers are drawn and count with their drawn weight.
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

    /// @notice Ends a round that is open, or whose claim is not final, with the signatures of members that hold
    /// `quorumBps` of the snapshotted stake. Everything built on the claim falls with it and the seat becomes empty. It
    /// counts as two failures of the round's operator, and costs nothing.
    /// @param claimHash the round's claim, 0 while it is open
    /// @param members owner addresses, strictly ascending
    /// @param signatures as for `finalizeWithQuorum`, over `Void(uint256 task,uint64 round,bytes32 claim)`
    function voidWithQuorum(
        uint256 task,
        uint64 round,
        bytes32 claimHash,
        address[] calldata members,
        bytes[] calldata signatures
    ) external;

    /// @notice The judge rejects a claim that is not final, with everything built on it. Its operator loses the
    /// false-claim penalty (part of it to `recipient`) and waits longest for a seat. The seat becomes empty.
    function reject(uint256 task, uint64 round, address recipient) external;

    /// @notice As `reject`, but only if the round's claim is `claimHash`. A judge that reads nothing else of the ledger
    /// needs no call before this one.
    /// @return standing the round's claim while it may be rejected; zero when there is none. The claim was rejected if
    /// and only if `standing` equals `claimHash`; otherwise nothing changed.
    function tryReject(uint256 task, uint64 round, bytes32 claimHash, address recipient)
        external
        returns (bytes32 standing);

    /// @notice The judge takes the fault penalty (part of it to `recipient`) from an account at fault in that round. The
    /// account pays once per task and round, for any number of faults. The round is open, or its claim is in the ring,
    /// final or not. Nothing else changes: no claim falls.
    function penalise(uint256 task, uint64 round, address account, address recipient) external;

    /// @notice The distributor reports how much more was paid in for a task.
    function noteFunded(uint256 task, uint128 amount) external;

    /// @notice Governance names the distributor, once.
    function setDistributor(address distributor_) external;

    function RING() external view returns (uint64);
    function MAX_MEMBERS() external view returns (uint32);
    function MAX_FAILS() external view returns (uint8);

    function vault() external view returns (IStakeVault);
    function distributor() external view returns (address);
    /// @notice What every task must keep.
    function taskRules() external view returns (ITaskRules);
    function judgeState(address judge) external view returns (JudgeState);
    /// @notice Tasks have the ids 1 … taskCount.
    function taskCount() external view returns (uint256);
    /// @notice The longest time in seconds that any task can keep a snapshotted member exposed.
    function maxExposure() external view returns (uint256);
    function task(uint256 task_) external view returns (TaskView memory);
    function funded(uint256 task_) external view returns (uint128);
    /// @notice Expected members of a drawn round if all stakes are small; 0 for a task in which every member has a row.
    function committeeOf(uint256 task_) external view returns (uint16);
    /// @notice Zero for a task that does not exist.
    function judgeOf(uint256 task_) external view returns (address);
    /// @notice `falseClaimPenalty` of a task: what an operator there allocates at least. Zero for a task that does not
    /// exist.
    function penaltyOf(uint256 task_) external view returns (uint128);
    function current(uint256 task_) external view returns (OpenRound memory);
    /// @notice What is held against an operator of a task, at most `MAX_FAILS`: one for each failure, less one for each
    /// of its later claims that became final.
    /// @return fails the count
    /// @return from second from which the operator may take the seat; 0 while somebody has it
    function seatFrom(uint256 task_, address operator) external view returns (uint256 fails, uint256 from);
    function round(uint256 task_, uint64 round_) external view returns (RoundView memory);
    /// @notice The key that speaks for an account in a round that is open or whose claim is in the ring, whatever it
    /// registers later: of the operator the key that took or kept the seat, of any other account the key at the
    /// snapshot. Zero for an account that had no key, and for other rounds.
    function keyOf(uint256 task_, uint64 round_, address account) external view returns (address);
    /// @notice What an account counts as a member of a round that is open or whose claim is in the ring, token wei: its
    /// stake at the snapshot, in a drawn task its drawn weight. 0 for an account that was no member or is not drawn, and
    /// for other rounds.
    /// @dev Reverts for a member while the round's seed is not stored.
    function weightOf(uint256 task_, uint64 round_, address account) external view returns (uint128);
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
    /// @notice The commitment that was forced on chain for the member; zero if there is none.
    function forcedCommitment(uint256 task_, uint64 round_, address member) external view returns (bytes32);
}
