// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";

/// @notice Lookup in a history of timestamped values. It is cheapest when nothing changed since, which is the case of a
/// quiet round.
library History {
    using Checkpoints for Checkpoints.Trace208;

    /// @return the value at the end of second `timepoint`, 0 before the first one
    function valueAt(Checkpoints.Trace208 storage trace, uint48 timepoint) internal view returns (uint208) {
        (bool exists, uint48 since, uint208 value) = trace.latestCheckpoint();
        if (!exists) return 0;
        return since <= timepoint ? value : trace.upperLookupRecent(timepoint);
    }
}
