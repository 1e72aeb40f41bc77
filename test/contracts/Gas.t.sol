// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRoundLedger} from "../../contracts/interfaces/IRoundLedger.sol";
import {IStakeVault} from "../../contracts/interfaces/IStakeVault.sol";
import {Claim} from "../../contracts/lib/Types.sol";
import {Fixture} from "./support/Fixture.sol";
import {SparseTree} from "./support/SparseTree.sol";

/// @notice Gas of whole transactions (base cost, calldata and refunds included), each on cold storage and behind the
/// proxies. The figures are committed in snapshots/; `node scripts/snapshots.ts` writes them, `--check` holds them.
/// forge-config: default.isolate = true
contract GasTest is Fixture {
    uint256 private constant POST_BUDGET = 90_000;

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
        fund(task, 1000 * REWARD);
        for (uint256 i = 0; i < ledger.RING() + 2; ++i) {
            postNext(op, task);
        }
        skip(early ? 40 : ledger.current(task).commitEnd - block.timestamp);
        Claim memory claim = nextClaim(task, members);
        claim.ledgerTotal = REWARD * 3 / 2;
        claim.referenceRoot = keccak256("reference");
        postAs(op, task, claim);
        string memory name =
            string.concat("post, ", vm.toString(members), " members", early ? "" : ", commit window over");
        uint256 used = vm.snapshotGasLastCall("RoundLedger", name);
        assertLe(used, POST_BUDGET, name);
    }

    function test_start() public {
        member("a", BOND);
        skip(1);
        IRoundLedger.TaskConfig memory config = taskConfig(op);
        (config.minMembers, config.minStake) = (1, BOND);
        task = makeTask(config);
        skip(1);
        ledger.start(task);
        vm.snapshotGasLastCall("RoundLedger", "start");
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
        vm.prank(members[3].key);
        ledger.forceCommit(task, 1, keccak256("commitment"));
        vm.snapshotGasLastCall("RoundLedger", "forceCommit");

        (uint64 round, bytes32 hash) = postNext(op, task);
        (address[] memory owners, bytes[] memory signatures) = agreements(members, task, round, hash);
        ledger.finalizeWithQuorum(task, round, hash, owners, signatures);
        vm.snapshotGasLastCall("RoundLedger", "finalizeWithQuorum, 8 signatures");

        postNext(op, task);
        vm.prank(judge);
        ledger.reject(task, 2, watcher);
        vm.snapshotGasLastCall("RoundLedger", "reject, with slash and bounty");

        vm.warp(ledger.current(task).takeoverEnd - 1);
        postAs(rival, task, nextClaim(task, 8));
        vm.warp(ledger.current(task).postEnd);
        bond(op, FALSE_CLAIM);
        postAs(op, task, nextClaim(task, 8));
        vm.snapshotGasLastCall("RoundLedger", "post, takeover with slash");

        vm.warp(ledger.current(task).takeoverEnd);
        ledger.voidRound(task);
        vm.snapshotGasLastCall("RoundLedger", "voidRound, with slash");
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
        fund(task, 10 * REWARD);
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
        // The next round's time is over too, which costs the operator.
        bond(op, MISS);
        ledger.voidRound(task);
    }
}
