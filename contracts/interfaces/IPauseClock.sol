// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title PauseClock
/// @notice A pause that ends by itself, and the time that runs only outside pauses.
///
/// While a contract is paused, every call that changes its state reverts, except the calls that governance needs for
/// repairs. Paused time counts towards no deadline: `deadline` moves by the length of every pause that began before it,
/// including a running one. Time that had passed when a pause began stays passed, and a pause of any length lets no
/// window close unseen.
///
/// Ledger and vault each keep a clock. The `Guardian` stops both in one transaction, so the clocks agree to the second.
/// A pause is at most `MAX_PAUSE` long, and the next one waits `COOL_DOWN` after it, for every guardian. At least two
/// thirds of the time runs. Nothing else is assumed of the guardian.
interface IPauseClock {
    /// @notice Nothing moves in `[from, until)`.
    event Paused(uint40 from, uint40 until);
    /// @notice The guardian ended the pause early, at `end`.
    event Unpaused(uint40 end);
    event GuardianSet(address indexed guardian);

    error PausedUntil(uint256 until);
    error NotPaused();
    error NotGuardian(address caller, address guardian);
    error PauseOutOfBounds(uint256 length, uint256 maximum);
    /// @notice The last pause ended too recently; another one may begin at `from`.
    error CoolingDown(uint256 timestamp, uint256 from);

    /// @notice The guardian stops the contract for `length` seconds, from now on.
    function pause(uint32 length) external;

    /// @notice The guardian ends the pause before its time.
    function unpause() external;

    /// @notice Governance names the guardian, which may pause; zero for nobody. A running pause is not changed.
    function setGuardian(address guardian_) external;

    function MAX_PAUSE() external view returns (uint32);
    function COOL_DOWN() external view returns (uint32);

    function guardian() external view returns (address);
    /// @notice End of the pause that is running; zero when none is.
    function pausedUntil() external view returns (uint256);
    /// @notice Second from which the guardian may pause again; zero if it never did.
    function pausableFrom() external view returns (uint256);
    /// @notice Seconds of `[from, to)` that were or will be paused, as far as pauses are known now.
    function pausedBetween(uint256 from, uint256 to) external view returns (uint256);
    /// @notice When `window` seconds will have run since `start`, as far as pauses are known now. A window is half-open: it
    /// is over as soon as `block.timestamp` is not below its deadline.
    function deadline(uint256 start, uint256 window) external view returns (uint256);
}
