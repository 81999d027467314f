using Connectors.Sync.Diagnostics;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Connectors.Cli.Output;

/// <summary>The same as <see cref="EscapingWriter"/> for what is drawn on a terminal: there the control codes of the drawing have to get
/// through, and those in its texts must not.</summary>
internal sealed class EscapingHook : IRenderHook
{
    /// <inheritdoc/>
    public IEnumerable<IRenderable> Process(RenderOptions options, IEnumerable<IRenderable> renderables) =>
        renderables.Select(item => item is ControlCode or Escaped ? item : new Escaped(item));

    private sealed class Escaped(IRenderable drawn) : IRenderable
    {
        public Measurement Measure(RenderOptions options, int maxWidth) => drawn.Measure(options, maxWidth);

        public IEnumerable<Segment> Render(RenderOptions options, int maxWidth) =>
            drawn.Render(options, maxWidth).Select(Escape);

        private static Segment Escape(Segment segment) =>
            segment.IsControlCode || segment.IsLineBreak ? segment : new Segment(VisibleText.OfLines(segment.Text), segment.Style);
    }
}
