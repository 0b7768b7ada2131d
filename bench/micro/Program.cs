using BenchmarkDotNet.Running;
using Sockeye.MicroBenchmarks;

BenchmarkSwitcher.FromTypes([typeof(Parsing), typeof(LookUps), typeof(Messages)]).Run(args);
