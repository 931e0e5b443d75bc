using System.Text;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            /// <summary>Writes the state in TorchSharp's format (.dat).</summary>
            public Module save(string location, IList<string>? skip = null)
            {
                using FileStream stream = File.Create(location);
                return save(stream, skip);
            }

            public Module save(Stream stream, IList<string>? skip = null)
            {
                using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
                return save(writer, skip);
            }

            public Module save(BinaryWriter writer, IList<string>? skip = null)
            {
                save_state_dict(writer, state_dict(), skip);
                return this;
            }

            /// <summary>Writes the number of entries, then each entry's name and tensor.</summary>
            public static void save_state_dict(BinaryWriter writer, Dictionary<string, Tensor> sd, IList<string>? skip = null)
            {
                KeyValuePair<string, Tensor>[] entries = [.. sd.Where(entry => skip is null || !skip.Contains(entry.Key))];
                writer.Write7BitEncodedInt64(entries.Length);
                foreach ((string key, Tensor tensor) in entries)
                {
                    writer.Write(key);
                    tensor.Save(writer);
                }
            }

            /// <summary>Reads a state that <see cref="save(string, IList{string}?)"/> or TorchSharp wrote.</summary>
            /// <param name="location">The file.</param>
            /// <param name="strict">Whether the names must be exactly this module's.</param>
            /// <param name="skip">Names to leave as they are.</param>
            /// <param name="loadedParameters">Receives, for each name in the file and in the module, whether it was loaded.</param>
            public virtual Module load(string location, bool strict = true, IList<string>? skip = null, Dictionary<string, bool>? loadedParameters = null)
            {
                using FileStream stream = File.OpenRead(location);
                return load(stream, strict, skip, loadedParameters);
            }

            public Module load(Stream stream, bool strict = true, IList<string>? skip = null, Dictionary<string, bool>? loadedParameters = null)
            {
                using var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
                return load(reader, strict, skip, loadedParameters);
            }

            public virtual Module load(BinaryReader reader, bool strict = true, IList<string>? skip = null, Dictionary<string, bool>? loadedParameters = null)
            {
                Dictionary<string, Tensor> state = state_dict();
                long entries = reader.Read7BitEncodedInt64();
                // A file written with `skip` has fewer entries than the module; those skipped here need not be in it.
                int expected = skip is null ? state.Count : state.Keys.Count(key => !skip.Contains(key));
                if (strict && (entries < expected || entries > state.Count))
                    throw new ArgumentException($"Mismatched state_dict sizes: expected {state.Count}, but found {entries} entries.");
                foreach (string key in state.Keys) loadedParameters?.TryAdd(key, false);
                for (long i = 0; i < entries; i++)
                {
                    string key = reader.ReadString();
                    bool known = state.TryGetValue(key, out Tensor? tensor);
                    if (!known && strict)
                        throw new ArgumentException($"Mismatched module state names: the target module does not have a parameter or buffer named '{key}'.");
                    if (!known || skip?.Contains(key) == true)
                    {
                        // Its bytes have to be passed over to reach the next entry.
                        TensorExtensionMethods.Load(reader, skip: true).Dispose();
                        if (loadedParameters is not null) loadedParameters[key] = false;
                        continue;
                    }

                    try
                    {
                        tensor!.Load(reader);
                    }
                    catch (ArgumentException mismatch)
                    {
                        throw new ArgumentException($"'{key}' does not fit the module. {mismatch.Message}", mismatch);
                    }

                    if (loadedParameters is not null) loadedParameters[key] = true;
                }

                return this;
            }

            /// <summary>Makes a module with its parameterless constructor and loads its state from a file.</summary>
            public static Module Create<T>(string path) where T : Module, new() => new T().load(path);
        }
    }
}
