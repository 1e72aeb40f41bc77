// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IScoreOracle} from "./IScoreOracle.sol";

/// @title GuardedExecutor
/// @notice Lets an automated agent act without being trusted: it proposes, the contract checks, and only then calls.
///
/// ```
///  propose (the agent's signature) ──▶ proposed ──delay──▶ execute (anyone) ──▶ executed, or shadowed
///                                                              │ stale or extreme score
///                                                              └──▶ tripped: nothing executes until the owner resets
/// ```
///
/// * **Stages**, set by the owner: Off; Shadow checks and counts everything and calls nothing; Capped calls within the caps on amounts; Full calls
///   without these caps. Every other limit holds in all stages.
/// * **Allowlist**: an agent calls only pairs of target and selector that the owner listed. The entry says which word of the arguments is
///   the amount that the caps count, or that the native value is.
/// * **Rate**: actions and amounts of a window, and a cool-down between two actions. A window begins with its first action.
/// * **Risk**: the score of the action's subject must be fresh and below the threshold. At `extreme` or above, and when it is stale, the breaker trips.
/// * The guardian trips the breaker at any time, and can do nothing else. Only the owner resets it.
///
/// Immutable. Assumed of the owner: a timelock or a multisig. Assumed of targets: the owner knows what the listed calls do. Liveness breaks
/// while the breaker is tripped; nothing that was proposed is lost until it expires.
interface IGuardedExecutor {
    enum Stage {
        Off,
        Shadow,
        Capped,
        Full
    }

    /// @notice Why an action does not execute now.
    enum Reason {
        None,
        Unknown,
        Expired,
        Off,
        Tripped,
        NotAllowed,
        TooEarly,
        CoolingDown,
        TooMany,
        OverAction,
        OverWindow,
        StaleScore,
        Extreme,
        Risky
    }

    /// @param delay seconds between proposal and execution
    /// @param cooldown seconds between two executions
    /// @param window seconds that `actionsPerWindow` and `amountPerWindow` count
    /// @param feed of the score oracle
    /// @param threshold scores below it execute
    /// @param extreme scores from it on trip the breaker; at least `threshold`
    struct Limits {
        Stage stage;
        uint32 delay;
        uint32 cooldown;
        uint32 window;
        uint32 actionsPerWindow;
        uint128 amountPerAction;
        uint128 amountPerWindow;
        bytes32 feed;
        uint128 threshold;
        uint128 extreme;
    }

    /// @param value native currency sent along
    /// @param subject whose score is looked up
    /// @param nonce the agent's, from 0 on without gaps
    struct Action {
        address agent;
        address target;
        uint128 value;
        bytes data;
        bytes32 subject;
        uint64 nonce;
        uint64 expiry;
    }

    /// @param allowed whether agents may call the pair
    /// @param amountWord place of the amount among the arguments, or `NATIVE`
    struct Permission {
        bool allowed;
        uint8 amountWord;
    }

    event LimitsSet(address indexed agent, Limits limits);
    event PermissionSet(address indexed agent, address indexed target, bytes4 indexed selector, Permission permission);
    event GuardianSet(address guardian);
    event Proposed(bytes32 indexed action, address indexed agent, uint64 nonce, Action details);
    event Executed(bytes32 indexed action, address indexed agent, uint128 amount, bytes result);
    event Shadowed(bytes32 indexed action, address indexed agent, uint128 amount);
    event BreakerTripped(address indexed by, bytes32 indexed action, Reason reason);
    event BreakerReset();

    error NotOwner(address caller, address owner);
    error NotGuardian(address caller, address guardian);
    error BadLimits();
    error WrongNonce(uint256 nonce, uint256 expected);
    error WrongSignature(address signer, address agent);
    error Refused(Reason reason);
    error CallFailed(bytes result);

    /// @notice Takes an action that the agent signed. Anyone may send it.
    function propose(Action calldata action, bytes calldata signature) external returns (bytes32 id);
    /// @notice Executes a proposed action, or trips the breaker. Reverts `Refused` for any other reason not to. Anyone may send it.
    /// @return executed false when the breaker tripped
    function execute(Action calldata action) external returns (bool executed);
    /// @notice Why the action does not execute now; `None` if it does.
    function validate(Action calldata action) external view returns (Reason);
    function trip() external;
    function reset() external;
    function setLimits(address agent, Limits calldata limits) external;
    function setPermission(address agent, address target, bytes4 selector, Permission calldata permission) external;
    function setGuardian(address guardian_) external;

    function NATIVE() external view returns (uint8);
    function owner() external view returns (address);
    function guardian() external view returns (address);
    function oracle() external view returns (IScoreOracle);
    function tripped() external view returns (bool);
    function nextNonce(address agent) external view returns (uint64);
    function limitsOf(address agent) external view returns (Limits memory);
    /// @notice What an agent signs, and the name of the action.
    function actionDigest(Action calldata action) external view returns (bytes32);
}
