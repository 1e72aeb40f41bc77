// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRoundLedger} from "../../../contracts/interfaces/IRoundLedger.sol";
import {Committee} from "../../../contracts/rounds/Committee.sol";
import {Fixture, TaskConfig} from "./Fixture.sol";
import {Headers} from "./Headers.sol";

/// @notice A task that draws its committees, and the block whose randomness draws one.
abstract contract DrawnFixture is Fixture {
    uint256 internal constant ENTRY_DELAY = 768;

    /// A drawn task that everybody joined long enough ago, with its round 1 open and nobody drawn yet.
    function openUndrawn(TaskConfig memory config, uint16 size) internal returns (uint256 task) {
        config.spec.committee = size;
        task = makeTask(config);
        skip(ENTRY_DELAY + 1);
        fund(task, 300 * config.spec.rewardPerRound);
        takeSeat(first, task);
    }

    /// The same with the committee of round 1 drawn.
    function openDrawn(TaskConfig memory config, uint16 size) internal returns (uint256 task) {
        task = openUndrawn(config, size);
        draw(task, "mix");
    }

    /// Mines the block of the seed and stores the seed.
    function draw(uint256 task, bytes32 mix) internal {
        ledger.storeSeed(task, mine(task, mix));
    }

    /// Mines the blocks up to the one after that of the seed.
    function mine(uint256 task, bytes32 mix) internal returns (bytes memory header) {
        uint256 number = uint256(ledger.current(task).openedBlock) + 4;
        vm.roll(number + 1);
        header = Headers.encode(mix);
        vm.setBlockhash(number, keccak256(header));
    }

    /// What a member counts by the rule, with what the chain says of the open round.
    function weightByRule(uint256 task, address member) internal view returns (uint256) {
        IRoundLedger.OpenRound memory open = ledger.current(task);
        uint256 total = vault.totalStakeAt(task, open.snapshot);
        uint256 stake = vault.stakeAt(task, member, open.snapshot);
        uint256 lot = Committee.lot(open.seed, task, open.round, member);
        return Committee.drawn(lot, stake, total, open.committee) ? Committee.weight(stake, total, open.committee) : 0;
    }
}
