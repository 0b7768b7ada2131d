using Sockeye.Measuring;

namespace Sockeye.Tool.Benchmarks;

/// <summary>What <c>sock bench</c> was asked for.</summary>
internal sealed record BenchSettings
{
    public required Target Target { get; init; }
    public required LoadOptions Load { get; init; }
    public required bool Json { get; init; }
    public required string? ReportPath { get; init; }
}
