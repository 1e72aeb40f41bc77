// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {stdJson} from "forge-std/Test.sol";
import {IFraudJudge} from "../../contracts/interfaces/IFraudJudge.sol";
import {IRoundLedger} from "../../contracts/interfaces/IRoundLedger.sol";
import {Claim} from "../../contracts/lib/Types.sol";
import {Fixture} from "./support/Fixture.sol";

/// @notice Replays the calls that the TypeScript builders make (scripts/judge-vectors.ts) against the real ledger: those
/// against a mutated claim reject it, those against an honest one revert with `NoFault`.
contract FraudJudgeTest is Fixture {
    using stdJson for string;

    address private fraudJudge;
    Node private op;
    uint256 private faults;
    uint256 private honest;

    function setUp() public override {
        super.setUp();
        fraudJudge = vm.deployCode(
            "FraudJudge.sol",
            abi.encode(
                ledger,
                vm.deployCode("MemberProofs.sol", abi.encode(ledger)),
                vm.deployCode("TraceRules.sol"),
                address(this)
            )
        );
        judge = fraudJudge;
        op = operator("operator");
        // The members of test/support/judge/random-round.ts.
        uint128[8] memory stakes = [uint128(100), 100, 100, 150, 333, 1000, 107, 100];
        for (uint256 i = 0; i < stakes.length; ++i) {
            member(string.concat("m", vm.toString(i)), stakes[i] * 1 ether);
        }
        skip(10);
    }

    function test_vectors() public {
        string memory folder = vm.envOr("JUDGE_VECTORS", string(""));
        if (bytes(folder).length == 0) {
            replay(vm.readFile("test/vectors/judge.json"));
        } else {
            for (uint256 i = 0; vm.exists(string.concat(folder, vm.toString(i), ".json")); ++i) {
                replay(vm.readFile(string.concat(folder, vm.toString(i), ".json")));
            }
        }
        emit log_named_uint("mutated claims rejected", faults);
        emit log_named_uint("proofs against honest claims refused", honest);
    }

    function replay(string memory json) private {
        bytes[] memory cases = json.readBytesArray(".cases");
        assertGt(cases.length, 0);
        for (uint256 i = 0; i < cases.length; ++i) {
            uint256 state = vm.snapshotState();
            bool fault = judgeCase(cases[i]);
            vm.revertToStateAndDelete(state);
            if (fault) ++faults;
            else ++honest;
        }
    }

    function judgeCase(bytes memory data) private returns (bool) {
        (string memory name, bool fault, bytes32 specHash, Claim memory parent, Claim memory claim, bytes memory call) =
            abi.decode(data, (string, bool, bytes32, Claim, Claim, bytes));
        postBoth(specHash, parent, claim);
        bytes32 posted = ledger.round(1, 2).claimHash;
        IFraudJudge(fraudJudge).reserve(keccak256(call));
        vm.roll(block.number + 1);
        vm.prank(watcher);
        (bool done, bytes memory answer) = fraudJudge.call(call);
        if (fault) {
            assertTrue(done, string.concat(name, " ", vm.toString(answer)));
            assertEq(uint256(ledger.round(1, 2).status), uint256(IRoundLedger.RoundStatus.Open), name);
            assertEq(token.balanceOf(watcher), FALSE_CLAIM / 2, name);
        } else {
            assertFalse(done, name);
            assertEq(vm.toString(answer), vm.toString(abi.encodePacked(IFraudJudge.NoFault.selector)), name);
            assertEq(ledger.round(1, 2).claimHash, posted, name);
        }
        return fault;
    }

    function postBoth(bytes32 specHash, Claim memory parent, Claim memory claim) private {
        IRoundLedger.TaskConfig memory config = taskConfig(op);
        config.specHash = specHash;
        config.genesisModelRoot = 0;
        config.rewardPerRound = 1000 ether;
        vm.prank(governance);
        ledger.createTask(config);
        fund(1, 3000 ether);
        skip(100);
        postAs(op, 1, parent);
        skip(100);
        postAs(op, 1, claim);
    }
}
