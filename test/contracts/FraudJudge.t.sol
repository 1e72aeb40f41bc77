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
        for (uint256 i = 0; i < 32; ++i) {
            uint256 stake = i < 8 ? stakes[i] : 100 + ((i - 8) % 3) * 50;
            member(string.concat("m", vm.toString(i)), uint128(stake) * 1 ether);
        }
        skip(10);
    }

    /// The statements in the vectors are signed for this address.
    function _ledgerProxy(address implementation, bytes memory call) internal override returns (address where) {
        where = address(uint160(uint256(keccak256("quorate test ledger"))));
        deployCodeTo("ERC1967Proxy.sol", abi.encode(implementation, call), where);
    }

    function test_vectors() public {
        string memory folder = vm.envOr("JUDGE_VECTORS", string(""));
        if (bytes(folder).length == 0) {
            bytes[] memory cases = vm.readFile("test/vectors/judge.json").readBytesArray(".cases");
            assertGt(cases.length, 0);
            for (uint256 i = 0; i < cases.length; ++i) {
                replay(cases[i]);
            }
        } else {
            for (uint256 i = 0; vm.exists(file(folder, i)); ++i) {
                this.replayFile(file(folder, i));
            }
        }
        emit log_named_uint("mutated claims rejected", faults);
        emit log_named_uint("proofs against honest claims refused", honest);
    }

    function file(string memory folder, uint256 i) private pure returns (string memory) {
        return string.concat(folder, vm.toString(i), ".bin");
    }

    /// In a call of its own, whose memory is free again after it.
    function replayFile(string calldata path) external {
        replay(vm.readFileBinary(path));
    }

    function replay(bytes memory data) private {
        uint256 state = vm.snapshotState();
        (bool fault, uint256 calls) = judgeCase(data);
        vm.revertToStateAndDelete(state);
        if (fault) ++faults;
        else honest += calls;
    }

    function judgeCase(bytes memory data) private returns (bool, uint256) {
        (
            string memory name,
            bool fault,
            bytes32 specHash,
            Claim memory parent,
            Claim memory claim,
            bytes[] memory calls
        ) = abi.decode(data, (string, bool, bytes32, Claim, Claim, bytes[]));
        postBoth(specHash, parent, claim);
        bytes32 posted = ledger.round(1, 2).claimHash;
        for (uint256 i = 0; i < calls.length; ++i) {
            IFraudJudge(fraudJudge).reserve(keccak256(calls[i]));
        }
        vm.roll(block.number + 1);
        for (uint256 i = 0; i < calls.length; ++i) {
            (bool done, bytes memory answer) = fraudJudge.call(calls[i]);
            if (fault) {
                assertTrue(done, string.concat(name, " ", vm.toString(answer)));
                assertEq(uint256(ledger.round(1, 2).status), uint256(IRoundLedger.RoundStatus.Open), name);
                assertEq(token.balanceOf(watcher), FALSE_CLAIM / 2, name);
            } else {
                string memory which = string.concat(name, " call ", vm.toString(i), " ", vm.toString(bytes4(calls[i])));
                assertFalse(done, which);
                assertEq(vm.toString(answer), vm.toString(abi.encodePacked(IFraudJudge.NoFault.selector)), which);
                assertEq(ledger.round(1, 2).claimHash, posted, which);
            }
        }
        return (fault, calls.length);
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
