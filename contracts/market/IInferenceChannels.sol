// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IPayouts} from "../interfaces/IPayouts.sol";

/// @title InferenceChannels
/// @notice Prepaid channels from a payer to a server: any number of calls, one settlement. The payer signs a voucher with each
/// call, whose total grows (`Voucher(bytes32 channel,uint128 total)`, EIP-712). The server keeps the newest voucher and closes with it.
///
/// ```
///          open, topUp              close (server, with the newest voucher)
///  None ─────────────▶ Open ───────────────────────────────────────────────────▶ Closed
///                        │ requestClose (payer)          raise (anyone, a newer voucher)
///                        └──────────────▶ Closing ◀──────────────────────────┐
///                                            └───────────────────────────────┘
///                                            │ close (server), or finish (anyone) after `WINDOW`
///                                            └──────────────────────────────────▶ Closed
/// ```
///
/// * Totals only grow, so a replayed or an old voucher never lowers what the server gets.
/// * A payer that closes alone waits for `WINDOW`. Meanwhile anyone who keeps vouchers for the server may show the newest.
/// * A voucher above the deposit pays the deposit. A closed channel never opens again: its id has the channel's number.
/// * What goes to whoever did not send the transaction is pulled (`collect`).
///
/// Immutable, without owner. Assumed of the token: a plain ERC-20 without fee on transfer or rebasing; a transfer that brings
/// less reverts. Assumed of a server: it shows its newest voucher within `WINDOW` of a `ClosingBegan`, or has somebody do it.
interface IInferenceChannels is IPayouts {
    enum State {
        None,
        Open,
        Closing,
        Closed
    }

    /// @param signer whose vouchers count: a hot key of the payer
    /// @param deposit token wei in the channel
    /// @param total what the newest voucher shown on chain pays the server
    /// @param closesAt second from which anyone may finish a closing channel
    struct Channel {
        State state;
        address payer;
        address signer;
        address server;
        uint128 deposit;
        uint128 total;
        uint40 closesAt;
    }

    event Opened(
        bytes32 indexed channel, address indexed payer, address indexed server, address signer, uint128 deposit
    );
    event ToppedUp(bytes32 indexed channel, uint128 amount, uint128 deposit);
    event ClosingBegan(bytes32 indexed channel, uint40 closesAt);
    event Raised(bytes32 indexed channel, uint128 total);
    event ChannelClosed(bytes32 indexed channel, uint128 toServer, uint128 toPayer);

    error ZeroAmount();
    error ZeroAddress();
    error ShortTransfer(uint256 received, uint256 expected);
    error WrongState(State state);
    error NotPayer(address caller, address payer);
    error NotServer(address caller, address server);
    error WrongSignature(address signer, address expected);
    /// @notice A voucher that pays no more than one that was shown before.
    error NotMore(uint256 total, uint256 shown);
    error TooEarly(uint256 time, uint256 closesAt);

    /// @notice Opens a channel of the caller.
    function open(address server, address signer, uint128 amount) external returns (bytes32 channel);
    /// @notice Adds to an open channel. Anyone may.
    function topUp(bytes32 channel, uint128 amount) external;
    /// @notice Pays the server by its newest voucher and the payer the rest. Without a voucher (total 0) the payer gets all.
    function close(bytes32 channel, uint128 total, bytes calldata signature) external;
    /// @notice The payer ends a channel whose server does not.
    function requestClose(bytes32 channel) external;
    /// @notice Shows a newer voucher of a closing channel. Anyone may, for the server.
    function raise(bytes32 channel, uint128 total, bytes calldata signature) external;
    /// @notice Ends a closing channel after its window. Anyone may.
    function finish(bytes32 channel) external;

    /// @notice Seconds between `requestClose` and `finish`.
    function WINDOW() external view returns (uint40);
    function token() external view returns (IERC20);
    function channelOf(bytes32 channel) external view returns (Channel memory);
    /// @notice What the payer's signer signs.
    function voucherDigest(bytes32 channel, uint128 total) external view returns (bytes32);
}
