package generator_test

import (
	"fmt"
	"testing"

	"drover/generator"
)

// BenchmarkRender renders the least and the full spec; what a cluster costs
// beside writing its files.
func BenchmarkRender(b *testing.B) {
	for _, name := range []string{"minimal", "shop-prod"} {
		b.Run(name, func(b *testing.B) {
			c := loadSpec(b, name)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := generator.Render(b.Context(), c, generator.Options{Version: version}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkWrite writes clusters into an empty directory.
func BenchmarkWrite(b *testing.B) {
	for _, n := range []int{100, 200} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			c := loadSpec(b, "minimal")
			files := generator.Files{}
			for i := range n {
				c.Metadata.Name = fmt.Sprintf("c%d", i)
				own, err := generator.Render(b.Context(), c, generator.Options{Version: version})
				if err != nil {
					b.Fatal(err)
				}
				for name, content := range own {
					files[name] = content
				}
			}
			for b.Loop() {
				if _, err := generator.Write(b.TempDir(), files, generator.WriteOptions{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
