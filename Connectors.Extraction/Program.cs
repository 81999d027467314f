using Connectors.Extraction;

return ExtractionWorker.Run();
