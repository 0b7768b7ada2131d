// An echo server on .NET's own engine, which the library's users have by default; sock itself serves on the readiness loop.
#:project ../../src/Sockeye/Sockeye.csproj
#:property StackTraceSupport=false
#:property EventSourceSupport=false
#:property ConcurrentGarbageCollection=false
using Sockeye;
using Sockeye.Protocols;

await using var server = Server.Start($"127.0.0.1:{args[0]}", Echo.ServeAsync, new() { MaxConnections = 20_000 });
await server.Completion;
