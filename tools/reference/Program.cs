// Writes what is made from the program's declarations:
//
//     dotnet run --project tools/reference

using Sockeye.ReferencePages;

var root = GeneratedFile.FindRoot(AppContext.BaseDirectory);
foreach (var file in GeneratedFile.All)
{
    var path = Path.Combine(root, file.Path);
    var isUpToDate = File.Exists(path) && File.ReadAllText(path) == file.Text;
    if (!isUpToDate)
        File.WriteAllText(path, file.Text);
    Console.WriteLine($"{(isUpToDate ? "as it was" : "written  ")}  {file.Path}");
}
