// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice For a contract whose code does not fit into one: the rest is in an *extension*, which runs over the storage of
/// the caller.
library PassOn {
    /// @notice Runs the current call in `extension` and ends it with the answer, or with the error, of the extension.
    function to(address extension) internal {
        (bool done, bytes memory answer) = extension.delegatecall(msg.data);
        assembly ("memory-safe") {
            if done { return(add(answer, 32), mload(answer)) }
            revert(add(answer, 32), mload(answer))
        }
    }
}
