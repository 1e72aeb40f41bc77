// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {Evidence} from "../../contracts/judge/Evidence.sol";

contract EvidenceTest is Test {
    function test_next_eightRejectionsQuarantineANewMember() public pure {
        bytes32 e = 0;
        for (uint64 r = 1; r <= 7; ++r) {
            e = Evidence.next(e, true, r);
            assertFalse(Evidence.quarantined(e, r + 1));
        }
        e = Evidence.next(e, true, 8);
        for (uint64 r = 9; r < 25; ++r) {
            assertTrue(Evidence.quarantined(e, r));
        }
        assertFalse(Evidence.quarantined(e, 25));
        for (uint64 r = 25; r < 33; ++r) {
            e = Evidence.next(e, true, r);
        }
        assertTrue(Evidence.quarantined(e, 64));
        assertFalse(Evidence.quarantined(e, 65));
    }

    /// Whatever a leaf holds, a proof that opens it can be judged.
    function testFuzz_next_isTotalAndStaysInItsBounds(bytes32 e, bool rejected, uint64 r) public pure {
        bytes32 after_ = Evidence.next(e, rejected, r);
        int32 wealth = int32(uint32(uint256(after_) >> 160));
        assertLt(wealth, 2552);
        assertGe(wealth, -1024);
        assertEq(uint256(after_) >> 192, 0);
    }
}
