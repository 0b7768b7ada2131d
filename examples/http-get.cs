// Gets a file, and tells each kind of error apart. Usage: dotnet run http-get.cs HOST PORT FILE
#:project ../src/Sockeye/Sockeye.csproj
using Sockeye;
try
{
    await using var connection = await Connection.ConnectAsync(args[0], args[1], new() { Timeout = TimeSpan.FromSeconds(5) });
    await connection.Lines.WriteAsync($"GET {args[2]} HTTP/1.0\r\n\r\n");
    await connection.Lines.FlushAsync();             // no half-close: some servers then drop the request
    await connection.CopyToAsync(Console.OpenStandardOutput());
    return 0;
}
catch (NetException e)
{
    Console.Error.WriteLine((e.Kind, e.Blame, e.Operation) switch
    {
        (NetErrorKind.UnknownService, _, _) => $"Couldn't find your port: {e.Message}",
        (_, NetBlame.Name, _)               => $"Address-related error connecting to server: {e.Message}",
        (_, _, NetOperation.Write)          => $"Error sending data: {e.Message}",
        (_, _, NetOperation.Read)           => $"Error receiving data: {e.Message}",
        _                                   => $"Connection error: {e.Message}",
    });
    return (int)e.Blame;
}
