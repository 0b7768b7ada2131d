using BenchmarkDotNet.Attributes;

namespace Sockeye.MicroBenchmarks;

/// <summary>What it costs to find a service in the built-in table.</summary>
[MemoryDiagnoser]
public class LookUps
{
    [Benchmark]
    public int PortOfName() => ServiceRegistry.BuiltIn.PortOf("https", Transport.Tcp);

    [Benchmark]
    public string NameOfPort() => ServiceRegistry.BuiltIn.NameOf(443, Transport.Tcp);

    [Benchmark]
    public ServiceEntry? NoSuchName() => ServiceRegistry.BuiltIn.Find("no-such-service");
}
