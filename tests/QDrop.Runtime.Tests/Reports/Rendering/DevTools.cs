using System.Buffers;
using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace QDrop.Runtime.Tests.Reports.Rendering;

/// <summary>A connection to a browser by Chromium's DevTools protocol: commands and their answers, and events.</summary>
internal sealed class DevTools : IAsyncDisposable
{
    /// <summary>A machine may have more to do than this.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly ClientWebSocket _socket = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonNode>> _waiting = new();
    private readonly CancellationTokenSource _closing = new();
    private Task _reading = Task.CompletedTask;
    private int _last;

    private DevTools()
    {
    }

    /// <summary>Is given the name and the parameters of each event.</summary>
    public Action<string, JsonNode>? Event { get; set; }

    /// <summary>Connects to an address such as <c>ws://127.0.0.1:1234/devtools/browser/…</c>.</summary>
    public static async Task<DevTools> Connect(Uri address)
    {
        var tools = new DevTools();
        using var patience = new CancellationTokenSource(Patience);
        await tools._socket.ConnectAsync(address, patience.Token);
        tools._reading = Task.Run(tools.Read);
        return tools;
    }

    /// <summary>Sends a command and awaits its answer.</summary>
    /// <param name="method">The command, such as <c>Page.navigate</c>.</param>
    /// <param name="parameters">What it takes.</param>
    /// <param name="session">The session of the page that it is for; <see langword="null"/> for the browser.</param>
    /// <exception cref="InvalidOperationException">The browser refused it, or ended.</exception>
    public async Task<JsonNode> Send(string method, object? parameters = null, string? session = null)
    {
        int id = Interlocked.Increment(ref _last);
        var answer = new TaskCompletionSource<JsonNode>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[id] = answer;
        byte[] message = JsonSerializer.SerializeToUtf8Bytes(new { id, method, @params = parameters ?? new { }, sessionId = session }, Compact);
        await _socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, _closing.Token);
        return await answer.Task.WaitAsync(Patience);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _reading;
        _socket.Dispose();
        _closing.Dispose();
    }

    private static JsonSerializerOptions Compact { get; } = new() { DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull };

    private async Task Read()
    {
        var message = new ArrayBufferWriter<byte>();
        string end = "The connection was closed.";
        try
        {
            while (true)
            {
                ValueWebSocketReceiveResult part = await _socket.ReceiveAsync(message.GetMemory(1 << 16), _closing.Token);
                if (part.MessageType == WebSocketMessageType.Close)
                    break;
                message.Advance(part.Count);
                if (!part.EndOfMessage)
                    continue;
                Take(JsonNode.Parse(message.WrittenSpan)!);
                message.ResetWrittenCount();
            }
        }
        catch (Exception error) when (error is WebSocketException or OperationCanceledException)
        {
            end = error.Message;
        }
        foreach (TaskCompletionSource<JsonNode> answer in _waiting.Values)
            answer.TrySetException(new InvalidOperationException($"The browser has ended: {end}"));
    }

    private void Take(JsonNode message)
    {
        if (message["id"] is not { } id)
        {
            Event?.Invoke((string)message["method"]!, message["params"]!);
            return;
        }
        if (!_waiting.TryRemove((int)id, out TaskCompletionSource<JsonNode>? answer))
            return;
        if (message["error"] is { } error)
            answer.SetException(new InvalidOperationException($"The browser refused a command: {error.ToJsonString()}"));
        else
            answer.SetResult(message["result"]!);
    }
}
