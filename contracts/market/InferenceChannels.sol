// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Payouts} from "../lib/Payouts.sol";
import {QuorateDomain} from "../lib/QuorateDomain.sol";
import {IInferenceChannels} from "./IInferenceChannels.sol";

/// @title InferenceChannels
/// @dev Behaviour and assumptions: see `IInferenceChannels`.
contract InferenceChannels is IInferenceChannels, QuorateDomain, Payouts {
    using SafeERC20 for IERC20;

    bytes32 private constant _VOUCHER = keccak256("Voucher(bytes32 channel,uint128 total)");

    /// @inheritdoc IInferenceChannels
    uint40 public immutable WINDOW;
    /// @inheritdoc IInferenceChannels
    IERC20 public immutable token;
    uint256 private _count;
    mapping(bytes32 channel => Channel) private _channels;

    constructor(IERC20 token_, uint40 window) {
        if (window == 0) revert ZeroAmount();
        (token, WINDOW) = (token_, window);
    }

    /// @inheritdoc IInferenceChannels
    function open(address server, address signer, uint128 amount) external nonReentrant returns (bytes32 channel) {
        if (amount == 0) revert ZeroAmount();
        if (server == address(0) || signer == address(0)) revert ZeroAddress();
        // The contract and the chain are in the domain of the voucher.
        channel = keccak256(abi.encode(msg.sender, server, signer, ++_count));
        _channels[channel] = Channel({
            state: State.Open,
            payer: msg.sender,
            signer: signer,
            server: server,
            deposit: amount,
            total: 0,
            closesAt: 0
        });
        emit Opened(channel, msg.sender, server, signer, amount);
        _take(amount);
    }

    /// @inheritdoc IInferenceChannels
    function topUp(bytes32 channel, uint128 amount) external nonReentrant {
        if (amount == 0) revert ZeroAmount();
        Channel storage one = _channels[channel];
        if (one.state != State.Open) revert WrongState(one.state);
        one.deposit += amount;
        emit ToppedUp(channel, amount, one.deposit);
        _take(amount);
    }

    /// @inheritdoc IInferenceChannels
    function close(bytes32 channel, uint128 total, bytes calldata signature) external nonReentrant {
        Channel storage one = _channels[channel];
        if (one.state != State.Open && one.state != State.Closing) revert WrongState(one.state);
        if (msg.sender != one.server) revert NotServer(msg.sender, one.server);
        // INVARIANT: what the server gets never falls: a voucher that was shown counts even if the server comes with an older one.
        if (total > one.total) {
            _requireVoucher(one, channel, total, signature);
            one.total = total;
        }
        (uint128 toServer, uint128 toPayer) = _end(channel, one);
        _owe(one.payer, toPayer);
        if (toServer > 0) token.safeTransfer(msg.sender, toServer);
    }

    /// @inheritdoc IInferenceChannels
    function requestClose(bytes32 channel) external {
        Channel storage one = _channels[channel];
        if (one.state != State.Open) revert WrongState(one.state);
        if (msg.sender != one.payer) revert NotPayer(msg.sender, one.payer);
        (one.state, one.closesAt) = (State.Closing, uint40(block.timestamp) + WINDOW);
        emit ClosingBegan(channel, one.closesAt);
    }

    /// @inheritdoc IInferenceChannels
    function raise(bytes32 channel, uint128 total, bytes calldata signature) external {
        Channel storage one = _channels[channel];
        if (one.state != State.Closing) revert WrongState(one.state);
        if (total <= one.total) revert NotMore(total, one.total);
        _requireVoucher(one, channel, total, signature);
        one.total = total;
        emit Raised(channel, total);
    }

    /// @inheritdoc IInferenceChannels
    function finish(bytes32 channel) external {
        Channel storage one = _channels[channel];
        if (one.state != State.Closing) revert WrongState(one.state);
        if (block.timestamp < one.closesAt) revert TooEarly(block.timestamp, one.closesAt);
        (uint128 toServer, uint128 toPayer) = _end(channel, one);
        _owe(one.server, toServer);
        _owe(one.payer, toPayer);
    }

    /// @inheritdoc IInferenceChannels
    function channelOf(bytes32 channel) external view returns (Channel memory) {
        return _channels[channel];
    }

    /// @inheritdoc IInferenceChannels
    function voucherDigest(bytes32 channel, uint128 total) public view returns (bytes32) {
        return _digest(keccak256(abi.encode(_VOUCHER, channel, total)));
    }

    function _payoutToken() internal view override returns (IERC20) {
        return token;
    }

    function _end(bytes32 channel, Channel storage one) private returns (uint128 toServer, uint128 toPayer) {
        uint128 deposit = one.deposit;
        toServer = one.total < deposit ? one.total : deposit;
        toPayer = deposit - toServer;
        // INVARIANT: a deposit is paid out once, whole.
        (one.state, one.deposit) = (State.Closed, 0);
        emit ChannelClosed(channel, toServer, toPayer);
    }

    function _requireVoucher(Channel storage one, bytes32 channel, uint128 total, bytes calldata signature)
        private
        view
    {
        address signer = ECDSA.recoverCalldata(voucherDigest(channel, total), signature);
        if (signer != one.signer) revert WrongSignature(signer, one.signer);
    }

    function _take(uint128 amount) private {
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = token.balanceOf(address(this)) - before;
        if (received != amount) revert ShortTransfer(received, amount);
    }
}
