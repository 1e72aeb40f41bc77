// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRoundLedger} from "../../contracts/interfaces/IRoundLedger.sol";
import {IStakeVault} from "../../contracts/interfaces/IStakeVault.sol";
import {ClaimLib} from "../../contracts/lib/ClaimLib.sol";
import {Claim} from "../../contracts/lib/Types.sol";
import {Fixture} from "./support/Fixture.sol";
import {SparseTree} from "./support/SparseTree.sol";

/// @notice Gas of whole transactions (base cost, calldata and refunds included), each on cold storage and behind the
/// proxies. The figures are committed in snapshots/; `node scripts/snapshots.ts` writes them, `--check` holds them.
/// forge-config: default.isolate = true
contract GasTest is Fixture {
    using ClaimLib for Claim;

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

    function test_firstPost() public {
        task = createTask(op);
        skip(100);
        postAs(op, task, nextClaim(task, 0));
        vm.snapshotGasLastCall("RoundLedger", "post, ring still filling");
    }
}
