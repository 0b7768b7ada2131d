using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Sockeye.MicroBenchmarks;

// In this process: to be run in another one, a project has to be the only one of its name below the current directory.
var config = DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
BenchmarkSwitcher.FromTypes([typeof(Parsing), typeof(LookUps), typeof(Messages)]).Run(args, config);
