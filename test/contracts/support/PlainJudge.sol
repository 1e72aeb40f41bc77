// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice What the ledger and its rules ask a judge when a task names it. Tests make it call whatever they like.
contract PlainJudge {
    address public immutable ledger;
    address public constant court = address(0);

    constructor(address ledger_) {
        ledger = ledger_;
    }
}
