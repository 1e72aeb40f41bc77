// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Openings} from "../judge/Openings.sol";
import {TaskSpec} from "./Types.sol";

/// @notice How many leaves an honest claim's trees have; for the trace see `TraceLayout` (docs/protocol.md §2, §4).
library ClaimShape {
    uint256 internal constant MEMBERS_DEPTH = 7;
    uint256 internal constant LEDGER_DEPTH = 10;
    /// Room for 4 · 128 rows and 2 · 255 steps of a rule.
    uint256 internal constant MAX_TRACE_DEPTH = 11;
    uint256 private constant _SEGMENT_LEVEL = 5;

    /// @notice Depth of the update, model, reference and transition trees.
    function vectorDepth(uint256 chunks) internal pure returns (uint256 depth) {
        depth = Openings.depthFor(chunks);
        if (depth < _SEGMENT_LEVEL) depth = _SEGMENT_LEVEL;
    }

    /// @notice Leaves of the gram tree: one for each pair of the admitted rows, the reference being one more.
    function pairs(TaskSpec calldata spec, uint256 admitted) internal pure returns (uint256) {
        uint256 rows = admitted + (spec.rule.referenceKind == 0 ? 0 : 1);
        return rows * (rows + 1) / 2;
    }
}
