using System.Globalization;

namespace Sockeye.Platform;

/// <summary>How many more descriptors this process may have. To use them all up and then see is no way to find out: without
/// one the runtime can start no thread, and ends the process when it has to.</summary>
internal static class DescriptorLimit
{
    /// <summary>Null where the system does not say.</summary>
    public static int? Free
    {
        get
        {
            if (!OperatingSystem.IsLinux())
                return null;
            try
            {
                var limit = File.ReadLines("/proc/self/limits").Single(line => line.StartsWith(Name, StringComparison.Ordinal));
                var soft = limit[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
                var open = Directory.EnumerateFileSystemEntries("/proc/self/fd").Count();
                return int.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var most) ? Math.Max(0, most - open) : null;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }
    }

    private const string Name = "Max open files";
}
