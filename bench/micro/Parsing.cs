using BenchmarkDotNet.Attributes;

namespace Sockeye.MicroBenchmarks;

/// <summary>What text costs until it is an address.</summary>
[MemoryDiagnoser]
public class Parsing
{
    [Params("192.0.2.1:80", "[2001:db8::1]:443", "tls://www.example.com:https", "unix:/run/inside.sock")]
    public string Text { get; set; } = "";

    [Benchmark]
    public Address ParseAddress() => Address.Parse(Text);
}
