// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IBurnableERC20} from "../../../contracts/interfaces/IBurnableERC20.sol";
import {IDataCourt} from "../../../contracts/interfaces/IDataCourt.sol";
import {IFraudJudge} from "../../../contracts/interfaces/IFraudJudge.sol";
import {IRewardDistributor} from "../../../contracts/interfaces/IRewardDistributor.sol";
import {IRoundLedger} from "../../../contracts/interfaces/IRoundLedger.sol";
import {IStakeVault} from "../../../contracts/interfaces/IStakeVault.sol";
import {Statements} from "../../../contracts/lib/Statements.sol";
import {ClaimLib} from "../../../contracts/lib/ClaimLib.sol";
import {Claim, TaskSpec} from "../../../contracts/lib/Types.sol";
import {VaultBooks} from "../proof/VaultBooks.sol";
import {Fixture, TaskConfig} from "./Fixture.sol";
import {HookToken, ITransferHook} from "./HookToken.sol";
import {SparseTree} from "./SparseTree.sol";

/// @notice Plays members, operators, judge, governance, a clock and a re-entering token against the real contracts, and
/// keeps its own books. Every move is either valid or none: nothing may revert. What a move must not do is asserted where
/// it is made; what must hold at all times is asserted by the invariants.
contract RoundHandler is Fixture, ITransferHook {
    using ClaimLib for Claim;

    uint256 private constant MEMBERS = 4;
    uint128 private constant COURT_BOND = 2 ether;

    /// A claim with what a member needs to collect from it. An inflated one promises more than its total.
    struct Posted {
        uint64 round;
        bytes32 hash;
        bool inflated;
        uint128[4] rewards;
        Claim claim;
    }

    /// A request to the court about the ledger tree of a claim, whose leaves the handler knows.
    struct Asked {
        IDataCourt.Target target;
        uint128[4] rewards;
    }

    struct Loss {
        uint256 time;
        uint256 amount;
    }

    /// Members 0–3 (the last one is this contract itself, which re-enters), then three operators.
    Node[] private nodes;
    mapping(address key => uint256 secret) private secretOf;
    uint256 public task;
    uint256 private otherTask;
    address private otherJudge = makeAddr("other judge");
    uint64 private lastOpened = 1;
    address private bountyTo = makeAddr("bounty");
    address private asker = makeAddr("asker");
    address private answerer = makeAddr("answerer");
    IDataCourt private court;
    TaskSpec private spec;
    /// The model that the solver proves solvent (scripts/prove.ts), played along.
    VaultBooks private books = new VaultBooks();

    uint256 public slashed;
    uint256 public burned;
    uint256 public bounties;
    uint256 public paid;
    /// The largest ledger total that anybody collected from.
    uint128 public collectedFrom;
    uint256 public reentered;
    uint256 public outOfBoundsAccepted;
    mapping(address owner => Loss[]) private losses;
    Posted[] private standing;
    Posted[] private rejected;
    uint64[] private finalRounds;
    mapping(uint64 round => bytes32) private finalHash;
    Asked[] private asked;
    uint256 private earned;
    mapping(uint64 round => mapping(address owner => bool)) private atFault;
    mapping(string move => uint256) public made;

    function _makeToken() internal override returns (IBurnableERC20) {
        return IBurnableERC20(address(new HookToken()));
    }

    constructor() {
        vm.warp(START);
        deploy(_makeToken());
        court = IDataCourt(vm.deployCode("DataCourt.sol", abi.encode(ledger, COURT_BOND, 1)));
        judge = deployJudge(address(court));
        for (uint256 i = 0; i < MEMBERS + 3; ++i) {
            Node memory n = node(vm.toString(i));
            if (i == MEMBERS - 1) n.owner = address(this);
            secretOf[n.key] = n.secret;
            nodes.push(n);
            deposit(n.owner, i < MEMBERS ? BOND * uint128(i + 1) : OPERATOR_BOND);
            register(n, i < MEMBERS ? IStakeVault.Role.Member : IStakeVault.Role.Operator);
        }
        asker = nodes[0].owner;
        vm.prank(asker);
        token.approve(address(court), type(uint256).max);
        skip(1);
        TaskConfig memory config = taskConfig(nodes[MEMBERS]);
        // Members are exposed for 23 hours and may leave after 24: the race is close.
        config.terms.windows = IRoundLedger.Windows({
            commit: 1 hours, reveal: 1 hours, attest: 1 hours, post: 2 hours, challenge: 16 hours
        });
        keep(spec, config.spec);
        task = openTask(config);
        // Of another founder, with a judge of its own. Everybody is in it too.
        config.terms.judge = otherJudge;
        otherTask = makeTask(config);
        for (uint256 i = 0; i < nodes.length; ++i) {
            books.bond(nodes[i].owner, vault.account(nodes[i].owner).bonded);
            books.allocate(nodes[i].owner, _allocated(task, i));
            books.allocate(nodes[i].owner, _allocated(otherTask, i));
        }
        standing.push().hash = ledger.round(task, 0).claimHash;
        HookToken(address(token)).setHook(this);
    }

    /// @dev The token hands control over in the middle of the vault's transfers.
    function onTransfer(address from, address to, uint256) external {
        if (from == address(court) || to == address(court)) _reenterCourt();
        if (from != address(vault) && to != address(vault)) return;
        try vault.withdraw(1) {
            ++reentered;
        } catch {}
        try vault.refresh(task, address(this)) {
            ++reentered;
        } catch {}
    }

    function _reenterCourt() private {
        for (uint256 i = asked.length; i > 0 && i + 2 > asked.length; --i) {
            try court.refund(asked[i - 1].target) {
                ++reentered;
            } catch {}
            try court.expire(asked[i - 1].target) {
                ++reentered;
            } catch {}
        }
    }

    // ── Moves ─────────────────────────────────────────────────────────────────────────────────────────────────────

    modifier move(string memory name) {
        ++made[name];
        _;
        _noteFinal();
    }

    /// @dev For moves in which nothing but slashing takes tokens out of bonds, out of existence, or to the bounty account.
    modifier slashing() {
        uint256[] memory before = new uint256[](nodes.length);
        uint256[] memory inTask = new uint256[](nodes.length);
        for (uint256 i = 0; i < nodes.length; ++i) {
            (before[i], inTask[i]) = (slashable(nodes[i].owner), _allocated(task, i));
        }
        (uint256 supply, uint256 bounty) = (token.totalSupply(), _prizes());
        _;
        for (uint256 i = 0; i < nodes.length; ++i) {
            uint256 lost = before[i] - slashable(nodes[i].owner);
            if (lost == 0) continue;
            slashed += lost;
            // Half of what was taken is the most that is paid; the model's balance does not depend on it.
            books.slash(nodes[i].owner, uint128(lost), uint128(inTask[i]), uint128(lost / 2));
            losses[nodes[i].owner].push(Loss(block.timestamp, lost));
        }
        burned += supply - token.totalSupply();
        bounties += _prizes() - bounty;
    }

    /// @dev What is paid for proving faults, bonds of the court left out: those only change hands between these accounts.
    function _prizes() private view returns (uint256) {
        return wealth(bountyTo) + wealth(asker) + wealth(answerer)
            + held(address(court));
    }

    function bondMore(uint256 who, uint128 amount) external move("bond") {
        address owner = nodes[who % nodes.length].owner;
        amount = uint128(bound(amount, 1, 5 * BOND));
        deposit(owner, amount);
        books.bond(owner, amount);
    }

    function allocate(uint256 who, uint128 amount, bool other) external move("allocate") {
        who %= nodes.length;
        address owner = nodes[who].owner;
        uint128 free = _free(owner);
        if (free == 0) return;
        amount = amount % 2 == 0 ? free : uint128(bound(amount, 1, free));
        uint256 to = other ? otherTask : task;
        IStakeVault.Allocation memory there = vault.allocation(to, owner);
        bool enough = there.amount + amount >= (who < MEMBERS ? vault.minBond() : vault.minOperatorBond());
        if (there.freeAt != 0 || !enough) return;
        vm.prank(owner);
        vault.allocate(to, who < MEMBERS ? IStakeVault.Role.Member : IStakeVault.Role.Operator, amount);
        books.allocate(owner, amount);
    }

    function leaveTask(uint256 who, bool other) external move("leave") {
        address owner = nodes[who % nodes.length].owner;
        IStakeVault.Allocation memory there = vault.allocation(other ? otherTask : task, owner);
        if (there.amount == 0 || there.freeAt != 0) return;
        vm.prank(owner);
        vault.leave(other ? otherTask : task);
    }

    function release(uint256 who, bool other) external move("release") {
        address owner = nodes[who % nodes.length].owner;
        uint256 from = other ? otherTask : task;
        uint256 freeAt = vault.allocation(from, owner).freeAt;
        if (freeAt == 0) return;
        if (who % 3 == 0 && block.timestamp < freeAt) vm.warp(freeAt);
        if (block.timestamp < freeAt) return;
        books.release(owner, vault.allocation(from, owner).amount);
        vault.release(from, owner);
    }

    function withdraw(uint256 who, uint128 amount) external move("withdraw") {
        address owner = nodes[who % nodes.length].owner;
        uint128 free = _free(owner);
        if (free == 0) return;
        amount = uint128(bound(amount, 1, free));
        vm.prank(owner);
        vault.withdraw(amount);
        books.withdraw(owner, amount);
    }

    function pass(uint256 time) external move("pass") {
        // Now and then everybody sleeps for days.
        skip(time % 16 == 0 ? bound(time, 1, 3 days) : bound(time, 1, 3 hours));
    }

    function rotateKeys(uint256 who, uint256 secret) external move("rotateKeys") {
        Node storage n = nodes[who % nodes.length];
        secret = bound(secret, 1, type(uint128).max);
        address key = vm.addr(secret);
        if (vault.ownerOf(key) != address(0) && vault.ownerOf(key) != n.owner) return;
        (n.key, n.secret, n.peer) = (key, secret, keccak256(abi.encode(n.peer)));
        secretOf[key] = secret;
        register(n);
    }

    function takeSeat(uint256 who) external move("takeSeat") {
        Node memory by = nodes[MEMBERS + who % 3];
        IRoundLedger.OpenRound memory open = ledger.current(task);
        (uint256 fails, uint256 from) = ledger.seatFrom(task, by.owner);
        assertLe(fails, ledger.MAX_FAILS());
        if (who % 2 == 0 && open.emptySince != 0 && block.timestamp < from) vm.warp(from);
        bool may = open.emptySince != 0 && block.timestamp >= from && block.timestamp >= open.ringFinalAt
            && vault.operatorEligible(task, by.owner) && standing[standing.length - 1].claim.ledgerTotal + REWARD <= ledger.funded(task);
        vm.prank(by.key);
        try ledger.takeSeat(task) {
            assertTrue(may, "took a seat that was not free");
            _opened();
        } catch {
            assertFalse(may, "a free seat was refused");
        }
    }

    /// @dev INVARIANT: no number opens twice.
    function _opened() private {
        uint64 round = ledger.current(task).round;
        assertGt(round, lastOpened, "a number was used again");
        lastOpened = round;
    }

    function sealRound(uint256 seed) external move("seal") {
        IRoundLedger.OpenRound memory open = ledger.current(task);
        if (open.state != IRoundLedger.SeatState.Commit) return;
        if (block.timestamp < open.commitEnd) vm.warp(open.commitEnd);
        if (block.timestamp >= open.sealEnd) return;
        vm.prank(open.operatorKey);
        ledger.seal(task, open.round, open.openedAt, bytes32(seed), 1, open.forcedHash);
    }

    function post(uint256 seed) external move("post") {
        IRoundLedger.OpenRound memory open = ledger.current(task);
        if (open.state != IRoundLedger.SeatState.Sealed || block.timestamp >= open.postEnd) return;
        if (!vault.operatorEligible(task, open.operator)) return;
        Posted memory posted = _nextPosted(open.round, seed);
        vm.prank(vault.account(open.operator).operatorKey);
        ledger.post(task, posted.round, open.openedAt, open.digest, posted.claim);
        standing.push(posted);
        if (ledger.current(task).openedAt != 0) _opened();
    }

    function failRound(bool wait, bool own) external move("fail") {
        IRoundLedger.OpenRound memory open = ledger.current(task);
        if (open.state == IRoundLedger.SeatState.Empty) return;
        uint256 end = endOf(task);
        if (wait && block.timestamp < end) vm.warp(end);
        vm.prank(own ? open.operator : asker);
        try ledger.fail(task, open.round) {
            assertTrue(own || block.timestamp >= end, "a stranger ended a round in its time");
        } catch {
            assertFalse(own || block.timestamp >= end, "a round that cannot be ended");
        }
    }

    function openWaiting() external move("open") {
        IRoundLedger.OpenRound memory open = ledger.current(task);
        if (open.state != IRoundLedger.SeatState.Empty || open.operatorKey == address(0)) return;
        if (block.timestamp < open.ringFinalAt) vm.warp(open.ringFinalAt);
        ledger.open(task);
        if (ledger.current(task).openedAt != 0) _opened();
    }

    function voidRound(uint256 back, uint256 signers) external move("void") {
        IRoundLedger.OpenRound memory open = ledger.current(task);
        bool isOpen = back % 2 == 0 && open.openedAt != 0;
        uint256 index = standing.length - 1 - bound(back, 0, standing.length > 4 ? 3 : standing.length - 1);
        uint64 round = isOpen ? open.round : standing[index].round;
        if (!isOpen && ledger.isFinal(task, round)) return;
        bytes32 hash = isOpen ? bytes32(0) : standing[index].hash;
        uint256 snapshot = ledger.round(task, round).snapshot;
        Node[] memory chosen = _quorum(snapshot, signers);
        if (chosen.length == 0) return;
        bytes32 digest = ledgerDigest(Statements.voided(task, round, hash));
        (address[] memory owners, bytes[] memory signatures) = signedBy(chosen, digest);
        ledger.voidWithQuorum(task, round, hash, owners, signatures);
        if (!isOpen) _drop(index);
    }

    function finalize(uint256 signers) external move("finalize") {
        Posted memory top = standing[standing.length - 1];
        if (ledger.isFinal(task, top.round)) return;
        Node[] memory chosen = _quorum(ledger.round(task, top.round).snapshot, signers);
        if (chosen.length == 0) return;
        (address[] memory owners, bytes[] memory signatures) = agreements(chosen, task, top.round, top.hash);
        ledger.finalizeWithQuorum(task, top.round, top.hash, owners, signatures);
    }

    /// Members with a quorum of the snapshot's stake, or none.
    function _quorum(uint256 snapshot, uint256 signers) private view returns (Node[] memory chosen) {
        chosen = new Node[](MEMBERS);
        (uint256 count, uint256 stake) = (0, 0);
        for (uint256 i = 0; i < MEMBERS; ++i) {
            if ((signers >> i) & 1 == 0) continue;
            chosen[count] = nodes[i];
            chosen[count++].secret = secretOf[vault.keyAt(nodes[i].owner, snapshot)];
            stake += vault.stakeAt(task, nodes[i].owner, snapshot);
        }
        if (stake == 0 || stake * 10_000 < vault.totalStakeAt(task, snapshot) * 6667) count = 0;
        assembly ("memory-safe") {
            mstore(chosen, count)
        }
    }

    function reject(uint256 back) external move("reject") slashing {
        uint256 index = standing.length - 1 - bound(back, 0, standing.length > 4 ? 3 : standing.length - 1);
        uint64 round = standing[index].round;
        bool wasFinal = ledger.isFinal(task, round);
        vm.prank(judge);
        try ledger.reject(task, round, bountyTo) {
            assertFalse(wasFinal, "a final claim was rejected");
        } catch {
            assertTrue(wasFinal, "a claim that is not final withstood the judge");
            return;
        }
        _drop(index);
    }

    function _drop(uint256 index) private {
        while (standing.length > index) {
            rejected.push(standing[standing.length - 1]);
            standing.pop();
        }
    }

    function penalise(uint256 who, uint256 which) external move("penalise") slashing {
        address owner = nodes[who % nodes.length].owner;
        IRoundLedger.OpenRound memory open = ledger.current(task);
        bool isOpen = which % 2 == 0 && open.openedAt != 0;
        uint64 round = isOpen ? open.round : standing[which % standing.length].round;
        if (ledger.round(task, round).status == IRoundLedger.RoundStatus.Pruned) return;
        uint256 there = _atRisk(owner);
        uint256 before = slashable(owner);
        vm.prank(judge);
        try ledger.penalise(task, round, owner, bountyTo) {
            assertFalse(atFault[round][owner], "penalised twice");
            assertEq(before - slashable(owner), there < FAULT ? there : FAULT);
        } catch {
            assertTrue(atFault[round][owner], "a fault that costs nothing");
        }
        atFault[round][owner] = true;
    }

    function wealth(address account) internal view override returns (uint256) {
        return super.wealth(account) + court.owed(account);
    }

    // ── The court ─────────────────────────────────────────────────────────────────────────────────────────────────

    /// Asks for 32 slots of the ledger tree of the last claim; slots past the members' are empty.
    function ask(uint256 where) external move("ask") {
        Posted memory top = standing[standing.length - 1];
        IRoundLedger.RoundView memory found = ledger.round(task, top.round);
        if (found.status != IRoundLedger.RoundStatus.Posted) return;
        IDataCourt.Target memory t;
        (t.task, t.round, t.claimHash) = (task, top.round, top.hash);
        (t.kind, t.tree, t.depth, t.level) = (IDataCourt.Kind.Node, IDataCourt.Tree.Ledger, 10, 5);
        (t.index, t.root) = (uint64(where % 32), top.claim.ledgerRoot);
        bytes32 id = court.idOf(t);
        bool late = block.timestamp + 2 * court.answerWindow(task) > found.challengeEnd;
        bool again = court.request(id).status != IDataCourt.Status.None;
        bool refused = !court.mayAsk(task, top.round, asker)
            || court.openUnits(top.hash, asker) == court.MAX_UNITS();
        IFraudJudge.TraceOpening memory stakes;
        mint(asker, COURT_BOND);
        vm.prank(asker);
        try court.requestNode(
            IDataCourt.Dispute(task, top.round, top.claim), spec, t.tree, t.level, t.index, stakes
        ) returns (
            bytes32 made_
        ) {
            assertEq(made_, id);
            assertFalse(late || again || refused, "asked too late, twice or without right");
            asked.push(Asked(t, top.rewards));
        } catch {
            assertTrue(late || again || refused, "not asked");
        }
    }

    function answer(uint256 which) external move("answer") {
        if (asked.length == 0) return;
        Asked memory a = asked[which % asked.length];
        bytes32 id = court.idOf(a.target);
        if (court.request(id).status != IDataCourt.Status.Open) return;
        bytes32[] memory nodes_ = new bytes32[](32);
        bytes32[] memory leaves = _leaves(a.rewards);
        for (uint256 i = 0; a.target.index == 0 && i < leaves.length; ++i) {
            nodes_[i] = leaves[i];
        }
        bytes32[] memory path = new bytes32[](5);
        bytes32[] memory all = SparseTree.proof(leaves, uint256(a.target.index) << 5, 10);
        for (uint256 k = 0; k < 5; ++k) {
            path[k] = all[5 + k];
        }
        bool late = block.timestamp >= court.deadlineOf(id);
        bool gone = !_stands(a.target);
        uint256 before = wealth(answerer);
        vm.prank(answerer);
        try court.answerNode(a.target, nodes_, path) {
            assertFalse(late || gone, "answered too late");
            assertEq(wealth(answerer) - before, COURT_BOND);
            earned += COURT_BOND;
        } catch {
            assertTrue(late || gone, "an honest answer was refused");
        }
    }

    /// Nobody answered: the claim falls, or the bond goes back.
    function close(uint256 which, bool wait) external move("close") slashing {
        if (asked.length == 0) return;
        Asked memory a = asked[which % asked.length];
        bytes32 id = court.idOf(a.target);
        if (court.request(id).status != IDataCourt.Status.Open) return;
        if (wait && block.timestamp < court.deadlineOf(id)) vm.warp(court.deadlineOf(id));
        if (!_stands(a.target) || ledger.isFinal(task, a.target.round)) {
            try court.expire(a.target) {
                assertTrue(false, "a final claim was rejected");
            } catch {}
            return court.refund(a.target);
        }
        if (block.timestamp < court.deadlineOf(id)) return;
        court.expire(a.target);
        for (uint256 i = 0; i < standing.length; ++i) {
            if (standing[i].hash == a.target.claimHash) return _drop(i);
        }
    }

    function _stands(IDataCourt.Target memory t) private view returns (bool) {
        return ledger.round(task, t.round).claimHash == t.claimHash;
    }

    function slashAny(uint256 who, uint128 amount, uint16 bps) external move("slash") slashing {
        address owner = nodes[who % nodes.length].owner;
        amount = uint128(bound(amount, 0, BOND));
        bps = uint16(bound(bps, 0, 2000));
        uint256 there = _atRisk(owner);
        vm.prank(address(ledger));
        (uint128 taken,) = vault.slash(task, owner, amount, bountyTo, bps);
        assertEq(taken, amount < there ? amount : there, "leaving stake was out of reach");
    }

    function addFunds(uint128 amount) external move("fund") {
        fund(task, uint128(bound(amount, 1, 3 * REWARD)));
    }

    function collect(uint256 who, uint256 which) external move("collect") {
        who %= MEMBERS;
        Posted memory from = standing[which % standing.length];
        if (!ledger.isFinalClaim(task, from.round, from.hash)) return;
        if (from.rewards[who] <= distributor.claimed(task, nodes[who].owner)) return;
        (bool done, bytes memory returned) = _collect(from, who);
        uint128 total = from.claim.ledgerTotal;
        if (done) {
            paid += abi.decode(returned, (uint128));
            if (total > collectedFrom) collectedFrom = total;
            return;
        }
        // An inflated tree that nobody challenged promises more than its total.
        uint256 due = from.rewards[who] - distributor.claimed(task, nodes[who].owner);
        bool exhausted = distributor.totalClaimed(task) + due > (total > collectedFrom ? total : collectedFrom);
        assertTrue(exhausted && bytes4(returned) == IRewardDistributor.ExceedsLedgerTotal.selector, "not paid");
    }

    function govern(uint128 amount, uint32 delay, uint256 who) external move("govern") {
        IStakeVault.Bounds memory limits = vault.bounds();
        vm.startPrank(governance);
        try vault.setMinBond(amount) {
            if (amount < limits.minBondFloor || amount > limits.minBondCeiling) ++outOfBoundsAccepted;
        } catch {}
        try vault.setMinOperatorBond(amount) {
            if (amount < limits.minBondFloor || amount > limits.minBondCeiling) ++outOfBoundsAccepted;
        } catch {}
        try vault.setUnbondingDelay(delay) {
            if (delay < limits.minUnbondingDelay || delay > limits.maxUnbondingDelay) ++outOfBoundsAccepted;
        } catch {}
        vault.setMinBond(uint128(bound(amount, BOND / 2, 2 * BOND)));
        vault.setMinOperatorBond(uint128(bound(amount, OPERATOR_BOND / 4, OPERATOR_BOND)));
        vault.setUnbondingDelay(uint32(bound(delay, limits.minUnbondingDelay, 2 days)));
        vm.stopPrank();
        vault.refresh(task, nodes[who % nodes.length].owner);
    }

    // ── What must hold ────────────────────────────────────────────────────────────────────────────────────────────

    function assertSolvent() external view {
        uint256 sum = 0;
        for (uint256 i = 0; i < nodes.length; ++i) {
            sum += slashable(nodes[i].owner);
        }
        (uint128 bonded, uint128 allocated) = vault.totals();
        assertEq(sum, bonded);
        assertEq(held(address(vault)), sum);
        sum = 0;
        for (uint256 i = 0; i < nodes.length; ++i) {
            IStakeVault.Account memory acc = vault.account(nodes[i].owner);
            assertEq(acc.allocated, _allocated(task, i) + _allocated(otherTask, i));
            assertLe(acc.allocated, acc.bonded);
            sum += acc.allocated;
        }
        assertEq(sum, allocated);
    }

    /// The model the solver proved solvent is where the vault is.
    function assertBooksAgree() external view {
        (uint128 bonded, uint128 allocated) = vault.totals();
        assertEq(books.allFree(), bonded - allocated);
        assertEq(books.allAllocated(), allocated);
        assertEq(books.balance(), held(address(vault)));
        for (uint256 i = 0; i < nodes.length; ++i) {
            assertEq(books.free(nodes[i].owner), _free(nodes[i].owner));
            assertEq(books.allocated(nodes[i].owner), vault.account(nodes[i].owner).allocated);
        }
    }

    function assertCourtHoldsOpenBonds() external view {
        uint256 open = 0;
        for (uint256 i = 0; i < asked.length; ++i) {
            if (court.request(court.idOf(asked[i].target)).status == IDataCourt.Status.Open) ++open;
        }
        assertEq(held(address(court)), open * COURT_BOND);
        assertEq(wealth(answerer), earned);
    }

    /// A task reaches everything that was allocated to it and has not been left long enough, and nothing else.
    /// @dev Changes state; call it on a snapshot.
    function assertAllSlashable() external {
        vm.startPrank(address(ledger));
        for (uint256 i = 0; i < nodes.length; ++i) {
            address owner = nodes[i].owner;
            (uint256 there, uint256 all) = (_atRisk(owner), slashable(owner));
            (uint128 taken,) = vault.slash(task, owner, type(uint128).max, bountyTo, 2000);
            assertEq(taken, there);
            assertEq(all - slashable(owner), there);
        }
        vm.stopPrank();
    }

    function assertExposedStakeIsThere() external view {
        IRoundLedger.OpenRound memory open = ledger.current(task);
        if (open.openedAt != 0 && block.timestamp < endOf(task)) _assertStakeIsThere(open.snapshot);
        for (uint256 i = standing.length; i > 0 && !ledger.isFinal(task, standing[i - 1].round); --i) {
            _assertStakeIsThere(ledger.round(task, standing[i - 1].round).snapshot);
        }
    }

    function assertPaidWithinTotals() external view {
        assertEq(distributor.totalClaimed(task), paid);
        uint256 finalTotal = 0;
        for (uint256 i = 0; i < standing.length; ++i) {
            uint256 total = standing[i].claim.ledgerTotal;
            assertLe(total, ledger.funded(task));
            if (total > finalTotal && ledger.isFinal(task, standing[i].round)) finalTotal = total;
        }
        assertLe(paid, finalTotal);
        assertEq(token.balanceOf(address(distributor)), ledger.funded(task) - paid);
    }

    /// @dev Changes state if it fails.
    function assertRejectedNeverPays() external {
        for (uint256 i = rejected.length; i > 0 && i + 4 > rejected.length; --i) {
            Posted memory claim = rejected[i - 1];
            assertFalse(ledger.isFinalClaim(task, claim.round, claim.hash));
            for (uint256 who = 0; who < MEMBERS; ++who) {
                (bool done,) = _collect(claim, who);
                assertFalse(done);
            }
        }
    }

    function assertFinalStays() external view {
        for (uint256 i = finalRounds.length; i > 0 && i + 8 > finalRounds.length; --i) {
            IRoundLedger.RoundView memory found = ledger.round(task, finalRounds[i - 1]);
            assertTrue(ledger.isFinal(task, finalRounds[i - 1]));
            if (found.status == IRoundLedger.RoundStatus.Pruned) continue;
            assertEq(uint8(found.status), uint8(IRoundLedger.RoundStatus.Final));
            assertEq(found.claimHash, finalHash[finalRounds[i - 1]]);
        }
    }

    function assertWithinBounds() external view {
        IStakeVault.Bounds memory limits = vault.bounds();
        assertTrue(vault.minBond() >= limits.minBondFloor && vault.minBond() <= limits.minBondCeiling);
        assertTrue(vault.minOperatorBond() >= limits.minBondFloor && vault.minOperatorBond() <= limits.minBondCeiling);
        assertTrue(
            vault.unbondingDelay() >= limits.minUnbondingDelay && vault.unbondingDelay() <= limits.maxUnbondingDelay
        );
        assertEq(outOfBoundsAccepted, 0);
        assertLe(ledger.maxExposure(), limits.minUnbondingDelay);
    }

    function assertChainOfClaims() external view {
        (uint64 round, bytes32 hash) = ledger.head(task);
        assertEq(round, standing[standing.length - 1].round);
        assertEq(hash, standing[standing.length - 1].hash);
        assertEq(ledger.current(task).parent, hash);
    }

    // ── Inside ────────────────────────────────────────────────────────────────────────────────────────────────────

    function _allocated(uint256 from, uint256 i) private view returns (uint128) {
        return vault.allocation(from, nodes[i].owner).amount;
    }

    function _free(address owner) private view returns (uint128) {
        IStakeVault.Account memory acc = vault.account(owner);
        return acc.bonded - acc.allocated;
    }

    /// What the task's judge can take from.
    function _atRisk(address owner) private view returns (uint256) {
        IStakeVault.Allocation memory there = vault.allocation(task, owner);
        return there.freeAt != 0 && block.timestamp >= there.freeAt ? 0 : there.amount;
    }

    function _assertStakeIsThere(uint256 snapshot) private view {
        for (uint256 i = 0; i < MEMBERS; ++i) {
            address owner = nodes[i].owner;
            uint256 there = _atRisk(owner);
            for (uint256 j = losses[owner].length; j > 0 && losses[owner][j - 1].time > snapshot; --j) {
                there += losses[owner][j - 1].amount;
            }
            assertGe(there, vault.stakeAt(task, owner, snapshot), "exposed stake left");
        }
    }

    function _noteFinal() private {
        for (uint256 i = standing.length; i > 1 && i + 6 > standing.length; --i) {
            uint64 round = standing[i - 1].round;
            if (finalHash[round] != 0 || !ledger.isFinal(task, round)) continue;
            finalHash[round] = standing[i - 1].hash;
            finalRounds.push(round);
        }
    }

    /// Honest claims add up and stay within what is funded; one in eight promises a member more than its total.
    function _nextPosted(uint64 round, uint256 seed) private returns (Posted memory posted) {
        uint256 base = standing.length - 1;
        while (standing[base].inflated) --base;
        uint256 total = standing[base].claim.ledgerTotal;
        uint256 room = ledger.funded(task) - total;
        if (room > REWARD) room = REWARD;
        posted.round = round;
        posted.rewards = standing[base].rewards;
        for (uint256 i = 0; i < MEMBERS; ++i) {
            uint256 share = room / MEMBERS * ((seed >> (8 * i)) % 256) / 255;
            posted.rewards[i] += uint128(share);
            total += share;
        }
        posted.inflated = seed % 8 == 0;
        if (posted.inflated) posted.rewards[(seed >> 32) % MEMBERS] += REWARD;
        posted.claim = nextClaim(task, 1);
        posted.claim.ledgerRoot = SparseTree.root(_leaves(posted.rewards), 10);
        posted.claim.ledgerTotal = uint128(total);
        posted.hash = posted.claim.hash(task, round);
    }

    function _collect(Posted memory from, uint256 who) private returns (bool, bytes memory) {
        return address(distributor)
            .call(
                abi.encodeCall(
                    IRewardDistributor.claim,
                    (
                        task,
                        from.round,
                        from.claim,
                        leafOf(nodes[who].owner, from.rewards[who]),
                        who,
                        proof10(_leaves(from.rewards), who)
                    )
                )
            );
    }

    function _leaves(uint128[4] memory rewards) private view returns (bytes32[] memory leaves) {
        leaves = new bytes32[](MEMBERS);
        for (uint256 i = 0; i < MEMBERS; ++i) {
            leaves[i] = ClaimLib.hash(leafOf(nodes[i].owner, rewards[i]));
        }
    }
}
