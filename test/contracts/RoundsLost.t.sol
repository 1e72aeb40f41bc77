// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {console} from "forge-std/console.sol";
import {IRoundLedger} from "../../contracts/interfaces/IRoundLedger.sol";
import {Claim} from "../../contracts/lib/Types.sol";
import {Fixture} from "./support/Fixture.sol";

/// @notice What operator failures cost on the real ledger. In every fifth round on average the holder of the seat dies for
/// good, at any point: before its seal, after it, or right after it posted. Another operator ends the round and takes the
/// seat; a fresh operator joins later.
contract RoundsLostTest is Fixture {
    uint256 private constant ROUNDS = 200;
    uint256 private constant FAIL_PERCENT = 20;

    Node[] private pool;
    mapping(address key => bool) private dead;
    uint256 private task;
    uint256 private failures;
    uint256 private lost;
    uint256 private idle;

    function setUp() public override {
        super.setUp();
        for (uint256 i = 0; i < 3; ++i) {
            pool.push(operator(string.concat("operator ", vm.toString(i))));
        }
        task = createTask(pool[0]);
    }

    /// The next operator that lives takes the empty seat, as soon as it may; one that died is replaced.
    function _takeOver() private {
        for (uint256 i = 0; i < pool.length; ++i) {
            if (!dead[pool[i].key]) continue;
            pool[i] = operator(string.concat("operator ", vm.toString(failures), " ", vm.toString(i)));
        }
        skip(1);
        (Node memory best, uint256 soonest) = (pool[0], type(uint256).max);
        for (uint256 i = 0; i < pool.length; ++i) {
            (, uint256 from) = ledger.seatFrom(task, pool[i].owner);
            if (from < soonest) (best, soonest) = (pool[i], from);
        }
        if (block.timestamp < soonest) vm.warp(soonest);
        takeSeat(best, task);
    }

    function _holder() private view returns (Node memory holder) {
        address key = ledger.current(task).operatorKey;
        for (uint256 i = 0; i < pool.length; ++i) {
            if (pool[i].key == key) return pool[i];
        }
        revert();
    }

    function _die(Node memory holder) private {
        dead[holder.key] = true;
        ++failures;
        uint256 before = block.timestamp;
        uint64 number = ledger.current(task).round;
        failRound(task);
        ++lost;
        _takeOver();
        idle += block.timestamp - before;
        assertEq(ledger.current(task).round, number + 1, "more than one number was lost");
        assertEq(slashable(holder.owner), OPERATOR_BOND, "a dead operator loses no stake");
    }

    function test_twentyPercentOfOperatorsFail() public {
        uint256 seed = uint256(keccak256("failures"));
        uint256 posted = 0;
        uint256 began = block.timestamp;
        while (posted < ROUNDS) {
            seed = uint256(keccak256(abi.encode(seed)));
            bool fails = seed % 100 < FAIL_PERCENT;
            uint256 phase = (seed >> 8) % 3;
            Node memory holder = _holder();
            vm.warp(ledger.current(task).commitEnd);
            if (fails && phase == 0) {
                _die(holder);
                continue;
            }
            sealAs(holder, task, 0);
            if (fails && phase == 1) {
                _die(holder);
                continue;
            }
            postAs(holder, task, nextClaim(task, 0));
            ++posted;
            // The round that opened for it is the one that is lost.
            if (fails) _die(holder);
        }
        (uint64 head,) = ledger.head(task);
        assertEq(head + (ledger.current(task).round - head - 1), posted + lost);
        assertEq(lost, failures, "one round for each failure");
        // Of 100 numbers, as many are lost as operators fail; what was posted before a failure stands.
        assertLt(lost * 100, (posted + lost) * (FAIL_PERCENT + 10));
        console.log("rounds posted", posted);
        console.log("operators that failed, one round lost each", lost);
        console.log("numbers lost, percent", lost * 100 / (posted + lost));
        console.log("time without a working operator, percent", idle * 100 / (block.timestamp - began));
    }
}
