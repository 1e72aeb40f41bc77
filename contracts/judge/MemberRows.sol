// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {IFraudJudge} from "../interfaces/IFraudJudge.sol";
import {Claim, MemberLeaf} from "../lib/Types.sol";
import {Openings} from "./Openings.sol";

/// @notice The members tree as a whole. All rows at once are cheaper than a path for each. Also shows which slots have
/// no row.
library MemberRows {
    /// @notice Reverts unless `rows` are the first `claim.members` rows of the tree and the rest of it is empty.
    function requireAll(Claim calldata claim, MemberLeaf[] calldata rows) internal pure {
        if (rows.length != claim.members) revert IFraudJudge.WrongLength(rows.length, claim.members);
        if (rows.length > 128) revert IFraudJudge.IndexOutOfRange(rows.length, 128);
        bytes32[] memory level = new bytes32[](rows.length);
        for (uint256 i = 0; i < rows.length; ++i) {
            level[i] = Openings.memberHash(rows[i]);
        }
        bytes32 empty = 0;
        uint256 count = rows.length;
        for (uint256 depth = 0; depth < 7; ++depth) {
            uint256 above = (count + 1) / 2;
            for (uint256 i = 0; i < above; ++i) {
                level[i] = Hashes.efficientKeccak256(level[2 * i], 2 * i + 1 < count ? level[2 * i + 1] : empty);
            }
            empty = Hashes.efficientKeccak256(empty, empty);
            count = above;
        }
        bytes32 root = count == 0 ? empty : level[0];
        if (root != claim.membersRoot) revert IFraudJudge.NotInTree(root, claim.membersRoot);
    }

    /// @notice The digest of a seal and of the attestations to it.
    function commitments(MemberLeaf[] calldata rows) internal pure returns (bytes32) {
        bytes memory packed = new bytes(rows.length * 52);
        for (uint256 i = 0; i < rows.length; ++i) {
            (address member, bytes32 commitment) = (rows[i].member, rows[i].commitment);
            assembly ("memory-safe") {
                let place := add(add(packed, 32), mul(i, 52))
                // The commitment last: the word of the member reaches into it.
                mstore(place, shl(96, member))
                mstore(add(place, 20), commitment)
            }
        }
        return keccak256(packed);
    }

    /// @notice Row of admitted row `place`. Reverts unless exactly `count` rows are admitted.
    function admittedRow(MemberLeaf[] calldata rows, uint256 count, uint256 place)
        internal
        pure
        returns (uint256 row)
    {
        if (place >= count) revert IFraudJudge.IndexOutOfRange(place, count);
        uint256 found = 0;
        for (uint256 i = 0; i < rows.length; ++i) {
            if (!Openings.admitted(rows[i].verdict)) continue;
            if (found == place) row = i;
            ++found;
        }
        if (found != count) revert IFraudJudge.WrongLength(found, count);
    }

    /// @notice Weight of all rows, token wei. Rows of quarantined members count like all others.
    function weight(MemberLeaf[] calldata rows) internal pure returns (uint256 sum) {
        for (uint256 i = 0; i < rows.length; ++i) {
            sum += rows[i].weight;
        }
    }

    /// @notice Weight of the rows whose attestation the claim uses.
    function attested(MemberLeaf[] calldata rows) internal pure returns (uint256 sum) {
        for (uint256 i = 0; i < rows.length; ++i) {
            if (rows[i].attestationHash != 0) sum += rows[i].weight;
        }
    }

    /// @notice Weight of the rows whose attestation says that its member holds the update of `row`.
    function holding(MemberLeaf[] calldata rows, uint256 row) internal pure returns (uint256 sum) {
        for (uint256 i = 0; i < rows.length; ++i) {
            if (rows[i].attestationHash != 0 && (rows[i].held >> row) & 1 == 1) sum += rows[i].weight;
        }
    }

    /// @notice Whether no row has this slot. Rows ascend by slot, so two neighbours (or the first or last row) leave no
    /// room for a row between them.
    /// @param around the rows before and after the slot's place, one of them at either end, none in an empty tree
    function absent(Claim calldata claim, uint256 slot, IFraudJudge.MemberOpening[] calldata around)
        internal
        pure
        returns (bool)
    {
        uint256 count = around.length;
        if (count > 2) revert IFraudJudge.WrongLength(count, 2);
        for (uint256 k = 0; k < count; ++k) {
            Openings.requireMember(claim, around[k]);
        }
        if (count == 0) return claim.members == 0;
        uint256 first = around[0].leaf.slot;
        if (count == 2) {
            if (around[1].row != around[0].row + 1) revert IFraudJudge.WrongRow(around[1].row, around[0].row + 1);
            return first < slot && slot < around[1].leaf.slot;
        }
        return (around[0].row == 0 && slot < first) || (around[0].row + 1 == claim.members && slot > first);
    }
}
