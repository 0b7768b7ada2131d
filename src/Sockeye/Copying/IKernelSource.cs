using System.Runtime.InteropServices;
using Sockeye.Platform;

namespace Sockeye;

/// <summary>One call of the kernel that moves at most so many bytes out of a descriptor, or into it.</summary>
internal delegate KernelMove KernelCall(SafeHandle descriptor, int most);

/// <summary>Where the kernel can take bytes from by itself, past this process's memory.</summary>
internal interface IKernelSource
{
    /// <summary>How it can wait for bytes; <see cref="KernelWait.None"/> while they have to be seen here, or are.</summary>
    KernelWait WaitForBytes { get; }

    /// <summary>Takes bytes by this call, waiting for at least one.</summary>
    /// <param name="call">Takes them.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="wait">How this thread waits; null to wait on a readiness loop.</param>
    /// <param name="cancel">Gives up; nothing is lost.</param>
    /// <returns>How many; 0 at the end; null where the kernel cannot do this.</returns>
    ValueTask<int?> TakeAsync(KernelCall call, int most, DescriptorWait? wait, CancellationToken cancel);
}

/// <summary>Where the kernel can put bytes by itself.</summary>
internal interface IKernelSink
{
    /// <summary>How it can wait for room; <see cref="KernelWait.None"/> where bytes have to be seen here.</summary>
    KernelWait WaitForRoom { get; }

    /// <summary>Gives bytes by this call, waiting until at least one was taken. As <see cref="IKernelSource.TakeAsync"/>.</summary>
    ValueTask<int?> GiveAsync(KernelCall call, int most, DescriptorWait? wait, CancellationToken cancel);
}

/// <summary>How one end of a copy by the kernel can wait.</summary>
internal enum KernelWait
{
    /// <summary>The kernel does not move its bytes.</summary>
    None,

    /// <summary>On a readiness loop, or on a thread.</summary>
    Loop,

    /// <summary>On a thread, if another end needs one all the same.</summary>
    AnyThread,

    /// <summary>On a thread of its own: nobody tells when a file, a pipe or a terminal that others share is ready.</summary>
    OwnThread,
}
