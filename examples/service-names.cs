// Looks ports up by name and names up by port. Usage: dotnet run service-names.cs NAME|PORT...
#:project ../src/Sockeye/Sockeye.csproj
using Sockeye;

var services = ServiceRegistry.Default;
foreach (var word in args)
{
    var found = int.TryParse(word, out var port) ? services.FindAll(port) : services.FindAll(word);
    foreach (var entry in found)
        Console.WriteLine($"{entry.Name}  {entry.Port}/{entry.Protocol}  {string.Join(' ', entry.Aliases)}");
    if (!found.Any())
        Console.WriteLine($"{word} is unknown{(services.Suggest(word) is { } near ? $"; did you mean {near}?" : "")}");
}
