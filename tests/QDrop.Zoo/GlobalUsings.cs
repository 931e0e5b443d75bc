global using QDrop;
global using TorchSharp;
global using TorchSharp.Modules;
