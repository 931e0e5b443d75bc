using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using TorchSharp;

namespace QDrop.Native;

/// <summary>The libtorch that the program's TorchSharp was made for.</summary>
internal static class LibtorchPackage
{
    /// <summary>The package that has it for this system and processor, without CUDA.</summary>
    internal static string Name
    {
        get
        {
            string system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";
            return $"libtorch-cpu-{system}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
        }
    }

    /// <summary>Its version, as NuGet writes it, such as <c>2.10.0</c>.</summary>
    internal static string Version => Needed is { } version ? version.ToString(3) : "that TorchSharp's page names";

    /// <summary>
    /// A constant of TorchSharp. Read as metadata: code of the class would load the library first. <see
    /// langword="null"/> should a later release name it otherwise, or a trimmed program not have it: then the version
    /// is not checked.
    /// </summary>
    private static Version? Needed
    {
        get
        {
            const BindingFlags Constant = BindingFlags.NonPublic | BindingFlags.Static;
            FieldInfo? constant = typeof(torch).GetField("libtorchPackageVersion", Constant);
            string? text = constant?.IsLiteral == true ? constant.GetRawConstantValue() as string : null;
            return System.Version.TryParse(text, out Version? version) && version.Build >= 0 ? version : null;
        }
    }

    /// <summary>
    /// Asks a libtorch for its version. Releases differ in their C++ interface, so the next is not good enough.
    /// </summary>
    /// <param name="handle">The loaded library.</param>
    /// <param name="what">The library in words, for the error.</param>
    /// <exception cref="QDropException">QDROP279: it is another.</exception>
    internal static unsafe void CheckVersion(nint handle, string what)
    {
        if (Needed is not { } needed)
            return;
        string found = "a version before 2.9";
        if (NativeLibrary.TryGetExport(handle, "aoti_torch_abi_version", out nint export))
        {
            // Major, minor and patch, a byte each from the top (torch/headeronly/version.h).
            ulong version = ((delegate* unmanaged<ulong>)export)();
            int major = (int)(version >> 56), minor = (int)(version >> 48 & 0xff), patch = (int)(version >> 40 & 0xff);
            if ((major, minor) == (needed.Major, needed.Minor))
                return;
            found = string.Create(CultureInfo.InvariantCulture, $"version {major}.{minor}.{patch}");
        }
        else if (needed < new Version(2, 9))
        {
            return;
        }

        throw new QDropException(
            Codes.LibtorchVersion,
            $"{what} is libtorch of {found}, but TorchSharp {TorchSharpVersion} needs {Version}. Give the package " +
            $"{Name} version {Version} in the project, or TorchSharp the version that belongs to the package.");
    }

    private static string TorchSharpVersion
    {
        get
        {
            AssemblyInformationalVersionAttribute? attribute =
                typeof(torch).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>();
            return attribute?.InformationalVersion.Split('+')[0] ?? "of this program";
        }
    }
}
