using System.Collections.Generic;
using System.Threading;
using Microsoft.CodeAnalysis;
using QDrop.Generators.Mappings;
using QDrop.Generators.Models;

namespace QDrop.Generators.Gathering;

/// <summary>What gathering one model works with. Never leaves the gathering.</summary>
internal sealed record Finding(Compilation Compilation, TorchTypes Torch, OpsTable Ops, List<DiagnosticInfo> Diagnostics, CancellationToken Cancellation)
{
    public void Report(DiagnosticDescriptor rule, LocationInfo location, params string[] arguments) =>
        Diagnostics.Add(DiagnosticInfo.Create(rule, location, arguments));
}
