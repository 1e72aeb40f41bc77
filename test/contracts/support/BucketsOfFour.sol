// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRoundLedger} from "../../../contracts/interfaces/IRoundLedger.sol";
import {TaskSpec} from "../../../contracts/lib/Types.sol";
import {MaskBuckets} from "../../../contracts/rounds/MaskBuckets.sol";

/// @dev The ledger takes no specification with buckets until their claims can be judged, so this one has its own terms:
/// buckets of four for epochs of eight numbers.
contract BucketsOfFour is MaskBuckets {
    constructor(IRoundLedger ledger_) MaskBuckets(ledger_) {}

    function _terms(uint256, TaskSpec calldata) internal pure override returns (uint256 size, uint256 length) {
        return (4, 8);
    }
}
