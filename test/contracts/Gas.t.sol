// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRoundLedger} from "../../contracts/interfaces/IRoundLedger.sol";
import {IStakeVault} from "../../contracts/interfaces/IStakeVault.sol";
import {Statements} from "../../contracts/lib/Statements.sol";
import {Claim} from "../../contracts/lib/Types.sol";
import {DrawnFixture} from "./support/DrawnFixture.sol";
import {TaskConfig} from "./support/Fixture.sol";
import {SparseTree} from "./support/SparseTree.sol";

/// @notice Gas of whole transactions (base cost, calldata and refunds included), each on cold storage and behind the
/// proxies. The figures are committed in snapshots/; `node scripts/snapshots.ts` writes them, `--check` holds them.
/// forge-config: default.isolate = true
contract GasTest is DrawnFixture {
    /// A healthy round: seal and post.
    uint256 private constant ROUND_BUDGET = 150_000;

    Node private op;
    Node private rival;
    uint256 private task;

    function setUp() public override {
        super.setUp();
        op = operator("operator");
        rival = operator("rival");
    }

    function test_post_4Members() public {
        _steadyPost(4, true);
    }

    function test_post_8Members() public {
        _steadyPost(8, true);
    }

    function test_post_16Members() public {
        _steadyPost(16, true);
    }

    function test_post_128Members() public {
        _steadyPost(128, true);
    }

    function test_post_afterCommitWindow() public {
        _steadyPost(8, false);
    }

    /// A pause that ended before the round opened costs a posting nothing.
    function test_post_afterAPause() public {
        vm.prank(governance);
        ledger.setGuardian(watcher);
        vm.prank(watcher);
        ledger.pause(1);
        skip(1);
        _steadyPost(8, true);
    }

    function test_post_pausedInItsRound() public {
        vm.prank(governance);
        ledger.setGuardian(watcher);
        task = createTask(op);
        postNext(op, task);
        skip(10);
        vm.prank(watcher);
        ledger.pause(1);
        skip(100);
        sealAs(op, task, 0);
        vm.snapshotGasLastCall("RoundLedger", "seal, paused in its round");
        postAs(op, task, nextClaim(task, 0));
        vm.snapshotGasLastCall("RoundLedger", "post, paused in its round");
    }

    /// The steady state: the ring is full, rounds become final by time, every member's stake is in the snapshot.
    /// @param early before the commit window ends, with every member sealed: what a healthy round looks like
    function _steadyPost(uint32 members, bool early) private {
        for (uint256 i = 0; i < members; ++i) {
            member(string.concat("member ", vm.toString(i)), BOND);
            skip(1);
        }
        task = createTask(op);
        _fillRing();
        skip(early ? 40 : ledger.current(task).commitEnd - block.timestamp);
        Claim memory claim = nextClaim(task, members);
        claim.ledgerTotal = REWARD;
        claim.referenceRoot = keccak256("reference");
        string memory name =
            string.concat(", ", vm.toString(members), " members", early ? "" : ", commit window over");
        sealAs(op, task, members);
        uint256 used = vm.snapshotGasLastCall("RoundLedger", string.concat("seal", name));
        skip(20);
        postAs(op, task, claim);
        used += vm.snapshotGasLastCall("RoundLedger", string.concat("post", name));
        assertLe(used, ROUND_BUDGET, name);
    }

    /// Every claim pays something, as in life: a total that stays zero would be a slot that is written for the first time.
    function _fillRing() private {
        for (uint256 i = 0; i < ledger.RING() + 2; ++i) {
            vm.warp(ledger.current(task).commitEnd);
            Claim memory claim = nextClaim(task, 0);
            claim.ledgerTotal = 1;
            postAs(op, task, claim);
        }
    }

    function test_takeSeat() public {
        member("a", BOND);
        skip(1);
        TaskConfig memory config = taskConfig(op);
        (config.terms.minMembers, config.terms.minStake) = (1, BOND);
        task = ledger.createTask(config.terms, config.spec);
        vm.snapshotGasLastCall("RoundLedger", "createTask");
        task = makeTask(config);
        skip(1);
        fund(task, 3 * REWARD);
        takeSeat(op, task);
        vm.snapshotGasLastCall("RoundLedger", "takeSeat, with a minimum of members and stake");
    }

    function test_round_withAMinimum() public {
        _roundWithAMinimum(true);
    }

    function test_round_withAMinimum_afterCommitWindow() public {
        _roundWithAMinimum(false);
    }

    /// With a minimum of members and stake, which every opening looks at.
    function _roundWithAMinimum(bool early) private {
        member("a", BOND);
        skip(1);
        TaskConfig memory config = taskConfig(op);
        (config.terms.minMembers, config.terms.minStake) = (1, BOND);
        task = openTask(config);
        _fillRing();
        skip(early ? 40 : ledger.current(task).commitEnd - block.timestamp);
        Claim memory claim = nextClaim(task, 1);
        claim.ledgerTotal = REWARD;
        claim.referenceRoot = keccak256("reference");
        sealAs(op, task, 1);
        uint256 used = vm.lastCallGas().gasTotalUsed;
        skip(20);
        postAs(op, task, claim);
        used += vm.snapshotGasLastCall("RoundLedger", "post, with a minimum of members and stake");
        assertLe(used, ROUND_BUDGET);
    }

    /// A drawn round is sealed when its commit window is over, unless everybody was drawn.
    function test_round_drawn() public {
        member("a", BOND);
        TaskConfig memory config = taskConfig(op);
        (config.terms.minMembers, config.terms.minStake) = (1, BOND);
        task = openDrawn(config, 8);
        for (uint256 i = 0; i < ledger.RING() + 2; ++i) {
            vm.warp(ledger.current(task).commitEnd);
            Claim memory small = nextClaim(task, 0);
            small.ledgerTotal = 1;
            postAs(op, task, small);
            draw(task, keccak256("mix"));
            if (i == 0) vm.snapshotGasLastCall("RoundLedger", "storeSeed");
        }
        vm.warp(ledger.current(task).commitEnd);
        Claim memory claim = nextClaim(task, 1);
        claim.ledgerTotal = REWARD;
        claim.referenceRoot = keccak256("reference");
        sealAs(op, task, 1);
        uint256 used = vm.snapshotGasLastCall("RoundLedger", "seal, drawn");
        skip(20);
        postAs(op, task, claim);
        used += vm.snapshotGasLastCall("RoundLedger", "post, drawn, with a minimum of members and stake");
        assertLe(used, ROUND_BUDGET);
    }

    function test_forceCommit_128() public {
        address[] memory members = new address[](128);
        bytes32[] memory commitments = new bytes32[](128);
        bytes[] memory signatures = new bytes[](128);
        Node[] memory nodes = new Node[](128);
        for (uint256 i = 0; i < 128; ++i) {
            nodes[i] = member(string.concat("member ", vm.toString(i)), BOND);
        }
        skip(1);
        task = createTask(op);
        for (uint256 i = 0; i < 128; ++i) {
            (members[i], commitments[i]) = (nodes[i].owner, keccak256(abi.encode(i)));
            bytes32 statement = Statements.commitment(task, 1, members[i], commitments[i]);
            signatures[i] = signDigest(nodes[i].secret, ledgerDigest(statement));
        }
        ledger.forceCommit(task, 1, members, commitments, signatures);
        vm.snapshotGasLastCall("RoundLedger", "forceCommit, 128 members");
    }

    function test_post_whileTheRingFills() public {
        task = createTask(op);
        skip(100);
        postAs(op, task, nextClaim(task, 0));
        vm.snapshotGasLastCall("RoundLedger", "post, first round");
    }

    function test_rounds() public {
        Node[] memory members = new Node[](8);
        for (uint256 i = 0; i < 8; ++i) {
            members[i] = member(string.concat("member ", vm.toString(i)), BOND);
            skip(1);
        }
        task = createTask(op);
        forceCommit(members[3].key, task, 1, members[3].owner, keccak256("commitment"));
        vm.snapshotGasLastCall("RoundLedger", "forceCommit, own");

        (uint64 round, bytes32 hash) = postNext(op, task);
        (address[] memory owners, bytes[] memory signatures) = agreements(members, task, round, hash);
        ledger.finalizeWithQuorum(task, round, hash, owners, signatures);
        vm.snapshotGasLastCall("RoundLedger", "finalizeWithQuorum, 8 signatures");

        postNext(op, task);
        vm.prank(judge);
        ledger.reject(task, 2, watcher);
        vm.snapshotGasLastCall("RoundLedger", "reject, with slash and bounty");

        takeSeat(rival, task);
        vm.snapshotGasLastCall("RoundLedger", "takeSeat");
        failRound(task);
        vm.snapshotGasLastCall("RoundLedger", "fail");
        skip(60);
        takeSeat(rival, task);
        round = ledger.current(task).round;
        (owners, signatures) = signedBy(members, ledgerDigest(Statements.voided(task, round, 0)));
        ledger.voidWithQuorum(task, round, 0, owners, signatures);
        vm.snapshotGasLastCall("RoundLedger", "voidWithQuorum, 8 signatures");
    }

    function test_penalise() public {
        Node memory guilty = member("guilty", 2 * BOND);
        skip(1);
        task = createTask(op);
        skip(1);
        vm.prank(judge);
        ledger.penalise(task, 1, guilty.owner, watcher);
        vm.snapshotGasLastCall("RoundLedger", "penalise, with slash and bounty");
    }

    function test_stake() public {
        Node memory n = node("member");
        mint(n.owner, 3 * BOND);
        vm.startPrank(n.owner);
        token.approve(address(vault), 3 * BOND);
        vault.bond(BOND);
        vm.snapshotGasLastCall("StakeVault", "bond, first");
        vm.stopPrank();
        bytes memory signature = consent(n);
        vm.prank(n.owner);
        vault.registerKeys(n.key, n.peer, signature);
        vm.snapshotGasLastCall("StakeVault", "registerKeys, first");
        skip(1);
        vm.startPrank(n.owner);
        vault.bond(BOND);
        vm.snapshotGasLastCall("StakeVault", "bond, more");
        skip(1);
        vm.stopPrank();
        quietTask();
        deposit(n.owner, BOND);
        vm.startPrank(n.owner);
        vault.allocate(home, IStakeVault.Role.Member, BOND);
        vm.snapshotGasLastCall("StakeVault", "allocate, first");
        skip(1);
        vault.allocate(home, IStakeVault.Role.Member, BOND);
        vm.snapshotGasLastCall("StakeVault", "allocate, more");
        skip(1);
        vm.stopPrank();
        vm.prank(address(ledger));
        vault.slash(home, n.owner, BOND / 10, watcher, 2000);
        vm.snapshotGasLastCall("StakeVault", "slash, with bounty");
        skip(1);
        leave(n);
        vm.snapshotGasLastCall("StakeVault", "leave");
        vm.warp(vault.allocation(home, n.owner).freeAt);
        vault.release(home, n.owner);
        vm.snapshotGasLastCall("StakeVault", "release");
        vm.prank(n.owner);
        vault.withdraw(BOND);
        vm.snapshotGasLastCall("StakeVault", "withdraw");
    }

    function test_claim() public {
        Node[] memory members = new Node[](2);
        (members[0], members[1]) = (member("a", BOND), member("b", BOND));
        task = createTask(op);
        _postAndClaim(members, REWARD / 4, "claim, first of a member");
        _postAndClaim(members, REWARD / 2, "claim, later");
    }

    function _postAndClaim(Node[] memory members, uint128 reward, string memory name) private {
        uint128[] memory rewards = new uint128[](2);
        (rewards[0], rewards[1]) = (reward, reward);
        bytes32[] memory leaves = ledgerTree(members, rewards);
        Claim memory claim = nextClaim(task, 2);
        (claim.ledgerRoot, claim.ledgerTotal) = (SparseTree.root(leaves, 10), 2 * reward);
        vm.warp(ledger.current(task).commitEnd);
        uint64 round = postAs(op, task, claim);
        vm.warp(ledger.round(task, round).challengeEnd);
        distributor.claim(task, round, claim, leafOf(members[0].owner, reward), 0, proof10(leaves, 0));
        vm.snapshotGasLastCall("RewardDistributor", name);
        // The next round's time is over too.
        ledger.fail(task, round + 1);
        skip(1 days);
        takeSeat(op, task);
    }
}
