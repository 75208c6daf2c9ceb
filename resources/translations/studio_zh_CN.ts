<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>Errors</name>
    <message>
        <source>Cannot open picture</source>
        <translation>无法打开图片</translation>
    </message>
    <message>
        <source>Cannot open film</source>
        <translation>无法打开影片</translation>
    </message>
    <message>
        <source>Cannot open session</source>
        <translation>无法打开画作</translation>
    </message>
    <message>
        <source>Cannot read strokes from</source>
        <translation>无法读取笔触文件</translation>
    </message>
    <message>
        <source>Cannot use palette</source>
        <translation>无法使用调色板</translation>
    </message>
    <message>
        <source>Cannot use</source>
        <translation>无法使用</translation>
    </message>
    <message>
        <source>Cannot use weights</source>
        <translation>无法使用权重</translation>
    </message>
    <message>
        <source>Cannot write</source>
        <translation>无法写入</translation>
    </message>
    <message>
        <source>it is the photo that is painted; choose another name</source>
        <translation>它就是正在画的照片；请换一个名称</translation>
    </message>
    <message>
        <source>it is a folder; choose a picture file inside it</source>
        <translation>这是文件夹；请选择其中的图片文件</translation>
    </message>
    <message>
        <source>there is no such file; check its name and folder</source>
        <translation>文件不存在；请检查文件名和文件夹</translation>
    </message>
    <message>
        <source>there is no such file; check its name and place</source>
        <translation>文件不存在；请检查文件名和位置</translation>
    </message>
    <message>
        <source>you may not read it; change its permissions or copy it elsewhere</source>
        <translation>没有读取权限；请更改权限或复制到别处</translation>
    </message>
    <message>
        <source>it is empty; copy it again from where it came from</source>
        <translation>文件是空的；请重新复制</translation>
    </message>
    <message>
        <source>it is damaged, or not a picture of a kind that is read here; save it as PNG or JPEG</source>
        <translation>文件已损坏，或不是可读取的图片类型；请另存为 PNG 或 JPEG</translation>
    </message>
    <message>
        <source>it is damaged or cut short; copy it again from where it came from</source>
        <translation>文件已损坏或不完整；请重新复制</translation>
    </message>
    <message>
        <source>it needs more memory than is free; close other programs or shrink it</source>
        <translation>内存不足；请关闭其他程序或缩小图片</translation>
    </message>
    <message>
        <source>it is no session that Strokewise saved; choose another file</source>
        <translation>这不是 Strokewise 保存的画作；请选择其他文件</translation>
    </message>
    <message>
        <source>it is damaged, or no session; copy it again from where it came from</source>
        <translation>文件已损坏或不是画作；请重新复制</translation>
    </message>
    <message>
        <source>it is damaged, or no film of a kind that is read here; save it as .mp4</source>
        <translation>文件已损坏，或不是本程序能读取的影片；请另存为 .mp4</translation>
    </message>
    <message>
        <source>no frame in it can be read; save it as .mp4 with another program</source>
        <translation>无法读取其中的任何一帧；请用其他程序另存为 .mp4</translation>
    </message>
    <message>
        <source>it is damaged or no palette; give a .gpl, an .ase, or a line #rrggbb each</source>
        <translation>文件已损坏或不是调色板；请提供 .gpl、.ase，或每行一个 #rrggbb</translation>
    </message>
    <message>
        <source>there is no colour in it; give a .gpl, an .ase, or a line #rrggbb each</source>
        <translation>其中没有颜色；请提供 .gpl、.ase，或每行一个 #rrggbb</translation>
    </message>
    <message>
        <source>it is larger than any palette; choose another</source>
        <translation>它比任何调色板都大；请选择其他文件</translation>
    </message>
    <message>
        <source>it is damaged from the beginning; nothing of it can be read</source>
        <translation>它从开头就已损坏，无法读取其中任何内容</translation>
    </message>
    <message>
        <source>the file is empty; download or copy it again</source>
        <translation>文件是空的；请重新下载或复制</translation>
    </message>
    <message>
        <source>it holds weights of some other program; choose one that Strokewise wrote</source>
        <translation>这是其他程序的权重；请选择 Strokewise 的权重文件</translation>
    </message>
    <message>
        <source>the disk is full; free some space or choose another disk</source>
        <translation>磁盘已满；请清理空间或选择其他磁盘</translation>
    </message>
    <message>
        <source>you may not write there; choose another folder</source>
        <translation>没有写入权限；请选择其他文件夹</translation>
    </message>
    <message>
        <source>that disk is read-only; choose another folder</source>
        <translation>磁盘是只读的；请选择其他文件夹</translation>
    </message>
    <message>
        <source>its folder does not exist; create the folder or choose another</source>
        <translation>文件夹不存在；请新建或选择其他文件夹</translation>
    </message>
    <message>
        <source>a folder has that name; choose another name</source>
        <translation>已有同名文件夹；请换个名字</translation>
    </message>
    <message>
        <source>it is what is to be painted; choose another folder</source>
        <translation>它就是要画的原文件；请换一个文件夹</translation>
    </message>
    <message>
        <source>it already has frames in it; choose an empty folder</source>
        <translation>其中已有序列帧；请选择空文件夹</translation>
    </message>
    <message>
        <source>the encoder failed; free some space on the disk or choose a smaller size</source>
        <translation>编码失败；请清理磁盘空间或选择较小的尺寸</translation>
    </message>
    <message>
        <source>This machine has no NVIDIA GPU that torch can use; choose the processor.</source>
        <translation>本机没有 torch 可用的 NVIDIA 显卡；请选择处理器。</translation>
    </message>
    <message>
        <source>The GPU has too little memory; close other programs or choose the processor.</source>
        <translation>显存不足；请关闭其他程序或选择处理器。</translation>
    </message>
    <message>
        <source>There is too little memory; close other programs or choose less.</source>
        <translation>内存不足；请关闭其他程序，或减少所选内容。</translation>
    </message>
    <message>
        <source>There is too little memory; close other programs or choose a smaller picture.</source>
        <translation>内存不足；请关闭其他程序，或选择较小的图片。</translation>
    </message>
    <message>
        <source>Painting it ended the painter itself; there may be too little memory for it.</source>
        <translation>绘制它时绘画进程自行结束；可能没有足够的内存。</translation>
    </message>
    <message>
        <source>The painter of the queue has ended; start it again, or look into the log.</source>
        <translation>队列的绘画进程已结束；请重新开始，或查看日志。</translation>
    </message>
</context>
<context>
    <name>Studio</name>
    <message>
        <source>Canvas</source>
        <translation>画布</translation>
    </message>
    <message>
        <source>The painting. Plus and minus zoom, arrow keys move it, 0 fits it into the window.</source>
        <translation>画作。加减键缩放，方向键移动，0 键适应窗口。</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>图片</translation>
    </message>
    <message>
        <source>SVG, as on the canvas</source>
        <translation>SVG（与画布一致）</translation>
    </message>
    <message>
        <source>SVG for simpler programs</source>
        <translation>SVG（兼容简单程序）</translation>
    </message>
    <message>
        <source>Drawing for a pen plotter</source>
        <translation>绘图机图稿</translation>
    </message>
    <message>
        <source>Stroke file</source>
        <translation>笔画文件</translation>
    </message>
    <message>
        <source>Film</source>
        <translation>影片</translation>
    </message>
    <message>
        <source>Frames</source>
        <translation>序列帧</translation>
    </message>
    <message>
        <source>Form</source>
        <translation>形式</translation>
    </message>
    <message>
        <source>Preview</source>
        <translation>预览</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Browse…</source>
        <translation>浏览…</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>在文件夹中显示</translation>
    </message>
    <message>
        <source>Wipe</source>
        <translation>擦除对比</translation>
    </message>
    <message>
        <source>One over the other, with an edge</source>
        <translation>一张叠在另一张上，以边线分开</translation>
    </message>
    <message>
        <source>Side by side</source>
        <translation>并排</translation>
    </message>
    <message>
        <source>Both whole, moved as one</source>
        <translation>两张都完整显示，一起移动</translation>
    </message>
    <message>
        <source>Take</source>
        <translation>采用</translation>
    </message>
    <message>
        <source>Go on with the one at the left</source>
        <translation>以左边这一幅继续</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Stop comparing (Esc)</source>
        <translation>停止对比 (Esc)</translation>
    </message>
    <message>
        <source>Canvas of the branch</source>
        <translation>分支的画布</translation>
    </message>
    <message>
        <source>Kind of file</source>
        <translation>文件类型</translation>
    </message>
    <message>
        <source>Longer side</source>
        <translation>长边</translation>
    </message>
    <message>
        <source>Title</source>
        <translation>标题</translation>
    </message>
    <message>
        <source>Description</source>
        <translation>说明</translation>
    </message>
    <message>
        <source>Decimals</source>
        <translation>小数位数</translation>
    </message>
    <message>
        <source>By step</source>
        <translation>按步</translation>
    </message>
    <message>
        <source>By level</source>
        <translation>按层级</translation>
    </message>
    <message>
        <source>Every 100 strokes</source>
        <translation>每 100 笔</translation>
    </message>
    <message>
        <source>Groups</source>
        <translation>分组</translation>
    </message>
    <message>
        <source>Middle of the stroke</source>
        <translation>笔画中线</translation>
    </message>
    <message>
        <source>Outline of the stroke</source>
        <translation>笔画轮廓</translation>
    </message>
    <message>
        <source>As the painting</source>
        <translation>与画作相同</translation>
    </message>
    <message>
        <source>Even</source>
        <translation>匀速</translation>
    </message>
    <message>
        <source>Slow start</source>
        <translation>慢起</translation>
    </message>
    <message>
        <source>Slow end</source>
        <translation>慢收</translation>
    </message>
    <message>
        <source>Slow start and end</source>
        <translation>慢起慢收</translation>
    </message>
    <message>
        <source>Usual</source>
        <translation>默认</translation>
    </message>
    <message>
        <source> strokes</source>
        <translation> 笔</translation>
    </message>
    <message>
        <source>By colour, in layers</source>
        <translation>按颜色分层</translation>
    </message>
    <message>
        <source>Paper</source>
        <translation>纸张</translation>
    </message>
    <message>
        <source>Margin</source>
        <translation>页边距</translation>
    </message>
    <message>
        <source>Width of a line</source>
        <translation>线宽</translation>
    </message>
    <message>
        <source>Pens</source>
        <translation>画笔支数</translation>
    </message>
    <message>
        <source>Lines</source>
        <translation>线条</translation>
    </message>
    <message>
        <source>Lift the pen as little as possible</source>
        <translation>尽量少抬笔</translation>
    </message>
    <message>
        <source>Of the palette</source>
        <translation>用调色板的颜色</translation>
    </message>
    <message>
        <source>Shape</source>
        <translation>画幅</translation>
    </message>
    <message>
        <source>Painting takes</source>
        <translation>作画时长</translation>
    </message>
    <message>
        <source>Pace</source>
        <translation>节奏</translation>
    </message>
    <message>
        <source>Frames a second</source>
        <translation>每秒帧数</translation>
    </message>
    <message>
        <source>Result first</source>
        <translation>先显示成品</translation>
    </message>
    <message>
        <source>Result at the end</source>
        <translation>结尾停留</translation>
    </message>
    <message>
        <source>Photo beside the painting</source>
        <translation>并排显示照片</translation>
    </message>
    <message>
        <source>Cards to paint it after by hand, step by step. A few hundred strokes are best.</source>
        <translation>供您照着亲手画的步骤卡片。几百笔最合适。</translation>
    </message>
    <message>
        <source>Pictures in a folder</source>
        <translation>文件夹中的图片</translation>
    </message>
    <message>
        <source>A frame every</source>
        <translation>每隔</translation>
    </message>
    <message>
        <source>Transparent sheet</source>
        <translation>透明底</translation>
    </message>
    <message>
        <source>Drawn anew from the strokes at whatever size, up to 16,384 pixels.</source>
        <translation>由笔画重新绘制，任意尺寸，最大 16,384 像素。</translation>
    </message>
    <message>
        <source>Looks the same in browsers, Inkscape and other programs that know masks.</source>
        <translation>在浏览器、Inkscape 等支持蒙版的程序中显示一致。</translation>
    </message>
    <message>
        <source>Without masks, for programs that leave them out. A larger file, nearly the same.</source>
        <translation>不使用蒙版，适合不支持蒙版的程序。文件较大，效果几乎相同。</translation>
    </message>
    <message>
        <source>Lines in millimetres, a layer for each pen.</source>
        <translation>以毫米为单位的线条，每支笔一个图层。</translation>
    </message>
    <message>
        <source>Every stroke to the bit, to be drawn again or read by other programs.</source>
        <translation>逐位精确保存每一笔，可重新绘制，也可供其他程序读取。</translation>
    </message>
    <message>
        <source>How the painting came about.</source>
        <translation>记录作画的过程。</translation>
    </message>
    <message>
        <source>A folder of numbered PNG files, for film editors.</source>
        <translation>按序编号的 PNG 文件夹，供视频剪辑软件使用。</translation>
    </message>
    <message>
        <source>{count} strokes</source>
        <translation>{count} 笔</translation>
    </message>
    <message>
        <source>That cannot be a file&apos;s name; choose another.</source>
        <translation>这不能作为文件名；请换一个。</translation>
    </message>
    <message>
        <source>Writing {name}…</source>
        <translation>正在写入 {name}…</translation>
    </message>
    <message>
        <source>{name} is there already. Replace it?</source>
        <translation>{name} 已存在。要替换吗？</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Written: {name}</source>
        <translation>已写入：{name}</translation>
    </message>
    <message>
        <source>Cancelled; the frames written so far are in the folder.</source>
        <translation>已取消；已写入的序列帧保留在文件夹中。</translation>
    </message>
    <message>
        <source>Cancelled; nothing was written.</source>
        <translation>已取消，未写入任何内容。</translation>
    </message>
    <message>
        <source>Shortcuts</source>
        <translation>快捷键</translation>
    </message>
    <message>
        <source>On the canvas</source>
        <translation>在画布上</translation>
    </message>
    <message>
        <source>Paint or pause</source>
        <translation>作画或暂停</translation>
    </message>
    <message>
        <source>Space</source>
        <translation>空格</translation>
    </message>
    <message>
        <source>Zoom at the pointer</source>
        <translation>以指针为中心缩放</translation>
    </message>
    <message>
        <source>Wheel, pinch</source>
        <translation>滚轮、双指捏合</translation>
    </message>
    <message>
        <source>Move the canvas</source>
        <translation>移动画布</translation>
    </message>
    <message>
        <source>Drag, arrow keys</source>
        <translation>拖动、方向键</translation>
    </message>
    <message>
        <source>Between fitted and actual size</source>
        <translation>在适应窗口与实际大小间切换</translation>
    </message>
    <message>
        <source>Double click</source>
        <translation>双击</translation>
    </message>
    <message>
        <source>Move the split&apos;s edge</source>
        <translation>移动分割线</translation>
    </message>
    <message>
        <source>Drag, Shift and arrow keys</source>
        <translation>拖动、Shift 加方向键</translation>
    </message>
    <message>
        <source>What</source>
        <translation>操作</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>按键</translation>
    </message>
    <message>
        <source>About Strokewise</source>
        <translation>关于 Strokewise</translation>
    </message>
    <message>
        <source>Paints your photo stroke by stroke, with an agent that has learned to paint.</source>
        <translation>由学会作画的智能体，一笔一笔地画出您的照片。</translation>
    </message>
    <message>
        <source>After “Learning to Paint with Model-based Deep Reinforcement Learning”, ICCV 2019.</source>
        <translation>方法出自《Learning to Paint with Model-based Deep Reinforcement Learning》，ICCV 2019。</translation>
    </message>
    <message>
        <source>MIT licence, weights included.</source>
        <translation>MIT 许可，权重亦然。</translation>
    </message>
    <message>
        <source>Part</source>
        <translation>组件</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>许可</translation>
    </message>
    <message>
        <source>Close this message</source>
        <translation>关闭此消息</translation>
    </message>
    <message>
        <source>Stroke type</source>
        <translation>笔画类型</translation>
    </message>
    <message>
        <source>What the painting is made of; with Ctrl choose several, mixed alike</source>
        <translation>画作由何种笔触组成；按住 Ctrl 可选多种，等量混合</translation>
    </message>
    <message>
        <source>Brush stroke</source>
        <translation>画笔笔触</translation>
    </message>
    <message>
        <source>Opaque stroke</source>
        <translation>不透明笔触</translation>
    </message>
    <message>
        <source>Triangle</source>
        <translation>三角形</translation>
    </message>
    <message>
        <source>Circle</source>
        <translation>圆形</translation>
    </message>
    <message>
        <source>Flat brush</source>
        <translation>平头刷</translation>
    </message>
    <message>
        <source>The same</source>
        <translation>相同</translation>
    </message>
    <message>
        <source>Be&amp;gin with</source>
        <translation>先画(&amp;G)</translation>
    </message>
    <message>
        <source>Underpainting: what the coarsest levels are painted with</source>
        <translation>打底：最粗的几层用什么笔触来画</translation>
    </message>
    <message>
        <source>Underpainting</source>
        <translation>打底笔触</translation>
    </message>
    <message>
        <source>Up to &amp;level</source>
        <translation>直到层级(&amp;L)</translation>
    </message>
    <message>
        <source>Level 1 is the whole sheet; each level after it is about twice as fine</source>
        <translation>第 1 层为整张画面；其后每层约细一倍</translation>
    </message>
    <message>
        <source>Last level of the underpainting</source>
        <translation>打底的最后一层</translation>
    </message>
    <message>
        <source>How much</source>
        <translation>数量</translation>
    </message>
    <message>
        <source>D&amp;ivide</source>
        <translation>分块(&amp;I)</translation>
    </message>
    <message>
        <source>&amp;Steps</source>
        <translation>步数(&amp;S)</translation>
    </message>
    <message>
        <source>Detail: the finest level has so many patches along the longer side</source>
        <translation>细节：最精细的层级沿长边有这么多块</translation>
    </message>
    <message>
        <source>Steps of the painter, five strokes each: half on the whole sheet, half on each patch</source>
        <translation>画家的步数，每步五笔：一半画整幅，一半画每一块</translation>
    </message>
    <message>
        <source>Divide</source>
        <translation>分块</translation>
    </message>
    <message>
        <source>From large strokes to small</source>
        <translation>由大笔到小笔</translation>
    </message>
    <message>
        <source>Colour by colour</source>
        <translation>逐个颜色</translation>
    </message>
    <message>
        <source>None</source>
        <translation>无</translation>
    </message>
    <message>
        <source>Order</source>
        <translation>顺序</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>步数</translation>
    </message>
    <message>
        <source>Colours to mix</source>
        <translation>要调的颜色数</translation>
    </message>
    <message>
        <source>Grid, squares a side</source>
        <translation>每边网格数</translation>
    </message>
    <message>
        <source>E&amp;xactly</source>
        <translation>精确(&amp;X)</translation>
    </message>
    <message>
        <source>Paint exactly so many strokes, whatever divide and steps make</source>
        <translation>无论分块与步数如何，恰好画这么多笔</translation>
    </message>
    <message>
        <source>Exact number of strokes</source>
        <translation>精确笔数</translation>
    </message>
    <message>
        <source>Sheet and manner</source>
        <translation>画纸与画法</translation>
    </message>
    <message>
        <source>Painting lesson</source>
        <translation>绘画教程</translation>
    </message>
    <message>
        <source>{chapters} steps · {strokes} strokes · {colours} colours · painted on {paper}</source>
        <translation>{chapters} 步 · {strokes} 笔 · {colours} 种颜色 · 画在 {paper} 上</translation>
    </message>
    <message>
        <source>The photo</source>
        <translation>照片</translation>
    </message>
    <message>
        <source>The finished painting</source>
        <translation>完成的画作</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>颜色</translation>
    </message>
    <message>
        <source>The steps</source>
        <translation>步骤</translation>
    </message>
    <message>
        <source>Sheet</source>
        <translation>画纸</translation>
    </message>
    <message>
        <source>Before you begin, give the whole sheet its colour.</source>
        <translation>开始之前，先给整张画纸涂上底色。</translation>
    </message>
    <message>
        <source>Step {number} of {total}</source>
        <translation>第 {number} 步，共 {total} 步</translation>
    </message>
    <message>
        <source>{count} of {total} when it is done</source>
        <translation>完成时已画 {count} / {total} 笔</translation>
    </message>
    <message>
        <source>covers {share} of the picture</source>
        <translation>覆盖画面的 {share}</translation>
    </message>
    <message>
        <source>This step’s strokes</source>
        <translation>这一步的笔画</translation>
    </message>
    <message>
        <source>After this step</source>
        <translation>这一步之后</translation>
    </message>
    <message>
        <source>Brushes</source>
        <translation>画笔</translation>
    </message>
    <message>
        <source>{size} mm</source>
        <translation>{size} 毫米</translation>
    </message>
    <message>
        <source>Paint thinly: a stroke covers about {share} of what is under it.</source>
        <translation>请薄涂：一笔约遮住其下的 {share}。</translation>
    </message>
    <message>
        <source>Paint the strokes in the order of their numbers.</source>
        <translation>请按编号的顺序画。</translation>
    </message>
    <message>
        <source>How many strokes lie in each square; larger ones first.</source>
        <translation>每格中有多少笔；先画较大的。</translation>
    </message>
    <message>
        <source>The larger strokes first.</source>
        <translation>先画较大的笔画。</translation>
    </message>
    <message>
        <source>Background</source>
        <translation>背景</translation>
    </message>
    <message>
        <source>Large shapes</source>
        <translation>大块形状</translation>
    </message>
    <message>
        <source>Shapes</source>
        <translation>形状</translation>
    </message>
    <message>
        <source>Small shapes</source>
        <translation>小块形状</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>细节</translation>
    </message>
    <message>
        <source>Finest details</source>
        <translation>最细的细节</translation>
    </message>
    <message>
        <source>{title}, part {part}</source>
        <translation>{title}，第 {part} 部分</translation>
    </message>
    <message>
        <source>Finishing touches</source>
        <translation>最后的点睛</translation>
    </message>
    <message>
        <source>Dark {hue}</source>
        <translation>深{hue}</translation>
    </message>
    <message>
        <source>{hue}</source>
        <translation>{hue}</translation>
    </message>
    <message>
        <source>Light {hue}</source>
        <translation>浅{hue}</translation>
    </message>
    <message>
        <source>Black</source>
        <translation>黑</translation>
    </message>
    <message>
        <source>White</source>
        <translation>白</translation>
    </message>
    <message>
        <source>red</source>
        <translation>红色</translation>
    </message>
    <message>
        <source>brown</source>
        <translation>棕色</translation>
    </message>
    <message>
        <source>orange</source>
        <translation>橙色</translation>
    </message>
    <message>
        <source>yellow</source>
        <translation>黄色</translation>
    </message>
    <message>
        <source>green</source>
        <translation>绿色</translation>
    </message>
    <message>
        <source>turquoise</source>
        <translation>青色</translation>
    </message>
    <message>
        <source>blue</source>
        <translation>蓝色</translation>
    </message>
    <message>
        <source>violet</source>
        <translation>紫色</translation>
    </message>
    <message>
        <source>pink</source>
        <translation>粉色</translation>
    </message>
    <message>
        <source>grey</source>
        <translation>灰色</translation>
    </message>
    <message>
        <source>Other…</source>
        <translation>其他…</translation>
    </message>
    <message>
        <source>Colour of the bare sheet: {colour}</source>
        <translation>空白画纸的颜色：{colour}</translation>
    </message>
    <message>
        <source>&amp;Manner</source>
        <translation>画法(&amp;M)</translation>
    </message>
    <message>
        <source>Coarse to fine</source>
        <translation>由粗到细</translation>
    </message>
    <message>
        <source>As published</source>
        <translation>按原论文</translation>
    </message>
    <message>
        <source>Coarse to fine, where the error is; or the published grid, in the painter&apos;s own colours</source>
        <translation>由粗到细，哪里误差大画哪里；或按论文的网格，用画家自己的颜色</translation>
    </message>
    <message>
        <source>See&amp;d</source>
        <translation>种子(&amp;D)</translation>
    </message>
    <message>
        <source>Another seed, another painting; the same seed, the same strokes</source>
        <translation>种子不同画作不同，种子相同笔画相同</translation>
    </message>
    <message>
        <source>Machine</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>Devi&amp;ce</source>
        <translation>设备(&amp;C)</translation>
    </message>
    <message>
        <source>Fastest</source>
        <translation>最快的</translation>
    </message>
    <message>
        <source>Processor</source>
        <translation>处理器</translation>
    </message>
    <message>
        <source>Where the networks run</source>
        <translation>神经网络在何处运行</translation>
    </message>
    <message>
        <source>&amp;Weights</source>
        <translation>权重(&amp;W)</translation>
    </message>
    <message>
        <source>Bundled</source>
        <translation>自带</translation>
    </message>
    <message>
        <source>The trained painter: the bundled one, one of your own, or a published actor.pkl</source>
        <translation>训练好的画家：自带的、您自己的，或已发表的 actor.pkl</translation>
    </message>
    <message>
        <source>Manner of painting</source>
        <translation>画法</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>种子</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>权重</translation>
    </message>
    <message>
        <source>One step: a bundle of strokes in each place looked at (Shift+Space)</source>
        <translation>一步：在所看的每个位置画一束笔画 (Shift+空格)</translation>
    </message>
    <message>
        <source>End this painting here (Esc)</source>
        <translation>就此结束作画 (Esc)</translation>
    </message>
    <message>
        <source>Begin again with a bare sheet (Ctrl+R)</source>
        <translation>从空白画纸重新开始 (Ctrl+R)</translation>
    </message>
    <message>
        <source>Refine</source>
        <translation>精修</translation>
    </message>
    <message>
        <source>Better all strokes shown together, as many as there are: each finds its best place, shape and colour (Ctrl+B)</source>
        <translation>一起改进所显示的全部笔触，数量不变：每一笔都找到最合适的位置、形状和颜色 (Ctrl+B)</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>单步</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Restart</source>
        <translation>重新开始</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Strokewise met an error that it did not expect</source>
        <translation>Strokewise 遇到了意料之外的错误</translation>
    </message>
    <message>
        <source>Your painting is kept, and you can go on.</source>
        <translation>您的画作已保留，可以继续。</translation>
    </message>
    <message>
        <source>You can go on, but your painting could not be kept: save it.</source>
        <translation>可以继续，但未能保留您的画作：请将其保存。</translation>
    </message>
    <message>
        <source>The report below helps to mend it. It holds no picture; it is sent nowhere.</source>
        <translation>下面的报告有助于修复此问题。它不含图片，也不会发送到任何地方。</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>报告</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Save painting as…</source>
        <translation>画作另存为…</translation>
    </message>
    <message>
        <source>Copy report</source>
        <translation>复制报告</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>Paint</source>
        <translation>作画</translation>
    </message>
    <message>
        <source>Pause painting (Space)</source>
        <translation>暂停作画（空格）</translation>
    </message>
    <message>
        <source>Paint from the stroke that is shown (Space)</source>
        <translation>从当前显示的笔画开始作画（空格）</translation>
    </message>
    <message>
        <source>{count} strokes in all</source>
        <translation>共 {count} 笔</translation>
    </message>
    <message>
        <source>From a file…</source>
        <translation>来自文件…</translation>
    </message>
    <message>
        <source>Colour of the sheet</source>
        <translation>画纸颜色</translation>
    </message>
    <message>
        <source>Weights of a painter</source>
        <translation>画家的权重</translation>
    </message>
    <message>
        <source>Drop a photo here</source>
        <translation>将照片拖到这里</translation>
    </message>
    <message>
        <source>Strokewise paints it, stroke by stroke. Saved sessions can be dropped too.</source>
        <translation>Strokewise 会一笔一笔地画出来。也可以拖入已保存的画作。</translation>
    </message>
    <message>
        <source>Open…</source>
        <translation>打开…</translation>
    </message>
    <message>
        <source>Open a photo or a saved session (Ctrl+O)</source>
        <translation>打开照片或已保存的画作 (Ctrl+O)</translation>
    </message>
    <message>
        <source>Paste</source>
        <translation>粘贴</translation>
    </message>
    <message>
        <source>Paint the picture in the clipboard (Ctrl+V)</source>
        <translation>画剪贴板中的图片 (Ctrl+V)</translation>
    </message>
    <message>
        <source>&amp;Recent</source>
        <translation>最近(&amp;R)</translation>
    </message>
    <message>
        <source>S&amp;amples</source>
        <translation>示例(&amp;A)</translation>
    </message>
    <message>
        <source>Recent files and sessions</source>
        <translation>最近的文件与画作</translation>
    </message>
    <message>
        <source>Sample photographs</source>
        <translation>示例照片</translation>
    </message>
    <message>
        <source>Strokes painted, of those planned</source>
        <translation>已画笔数与计划笔数</translation>
    </message>
    <message>
        <source>Strokes a second</source>
        <translation>每秒笔数</translation>
    </message>
    <message>
        <source>How near the moment shown is to the photo (PSNR)</source>
        <translation>当前画面与照片的接近程度 (PSNR)</translation>
    </message>
    <message>
        <source>Time left</source>
        <translation>剩余时间</translation>
    </message>
    <message>
        <source>What the networks run on, and the memory in use</source>
        <translation>神经网络运行的设备与占用的内存</translation>
    </message>
    <message>
        <source>{count} of {planned} strokes</source>
        <translation>{count} / {planned} 笔</translation>
    </message>
    <message>
        <source>{rate} strokes/s</source>
        <translation>{rate} 笔/秒</translation>
    </message>
    <message>
        <source>&amp;Add files…</source>
        <translation>添加文件(&amp;A)…</translation>
    </message>
    <message>
        <source>Pictures and films to paint</source>
        <translation>要画的图片和影片</translation>
    </message>
    <message>
        <source>Add fo&amp;lder…</source>
        <translation>添加文件夹(&amp;L)…</translation>
    </message>
    <message>
        <source>All pictures and films of a folder, but not of those in it</source>
        <translation>文件夹中的全部图片和影片，不含其下的子文件夹</translation>
    </message>
    <message>
        <source>&amp;Remove</source>
        <translation>移除(&amp;R)</translation>
    </message>
    <message>
        <source>Take what is chosen out of the queue; what is painted stays (Delete)</source>
        <translation>从队列中移除所选项；已画的保留 (Delete)</translation>
    </message>
    <message>
        <source>Move &amp;up</source>
        <translation>上移(&amp;U)</translation>
    </message>
    <message>
        <source>Paint what is chosen earlier</source>
        <translation>让所选项早些画</translation>
    </message>
    <message>
        <source>Move &amp;down</source>
        <translation>下移(&amp;D)</translation>
    </message>
    <message>
        <source>Paint what is chosen later</source>
        <translation>让所选项晚些画</translation>
    </message>
    <message>
        <source>Paint agai&amp;n</source>
        <translation>重新画(&amp;N)</translation>
    </message>
    <message>
        <source>Have what is chosen painted again; what would come out the same is left as it is</source>
        <translation>重新画所选项；结果会相同的则保持原样</translation>
    </message>
    <message>
        <source>Retry &amp;failed</source>
        <translation>重试失败项(&amp;F)</translation>
    </message>
    <message>
        <source>Have all that failed painted again</source>
        <translation>重新画所有失败的项目</translation>
    </message>
    <message>
        <source>&amp;Open painting</source>
        <translation>打开画作(&amp;O)</translation>
    </message>
    <message>
        <source>Open a finished painting&apos;s strokes in the studio (double click)</source>
        <translation>在工作室中打开已完成画作的笔画（双击）</translation>
    </message>
    <message>
        <source>&amp;Browse…</source>
        <translation>浏览(&amp;B)…</translation>
    </message>
    <message>
        <source>Choose the folder</source>
        <translation>选择文件夹</translation>
    </message>
    <message>
        <source>S&amp;how</source>
        <translation>显示(&amp;H)</translation>
    </message>
    <message>
        <source>Open the folder</source>
        <translation>打开该文件夹</translation>
    </message>
    <message>
        <source>S&amp;top</source>
        <translation>停止(&amp;T)</translation>
    </message>
    <message>
        <source>End now. What is finished stays; the picture at hand is begun anew the next time</source>
        <translation>立即结束。已完成的保留；手头这幅下次重新开始</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>关闭(&amp;C)</translation>
    </message>
    <message>
        <source>Close this window; the queue goes on</source>
        <translation>关闭此窗口；队列继续进行</translation>
    </message>
    <message>
        <source>Paint &amp;into</source>
        <translation>画到(&amp;I)</translation>
    </message>
    <message>
        <source>Write</source>
        <translation>写出</translation>
    </message>
    <message>
        <source>R&amp;efine</source>
        <translation>精修(&amp;E)</translation>
    </message>
    <message>
        <source>Paints with</source>
        <translation>作画方式</translation>
    </message>
    <message>
        <source>Folder for the paintings</source>
        <translation>画作的文件夹</translation>
    </message>
    <message>
        <source>Each picture has a folder of its own in it</source>
        <translation>每张图片在其中有自己的文件夹</translation>
    </message>
    <message>
        <source>The strokes for drawing programs; beside picture and stroke file</source>
        <translation>供绘图程序使用的笔画；与图片和笔画文件放在一起</translation>
    </message>
    <message>
        <source>Film of the painting</source>
        <translation>作画过程的影片</translation>
    </message>
    <message>
        <source>Not at all</source>
        <translation>不精修</translation>
    </message>
    <message>
        <source> steps</source>
        <translation> 步</translation>
    </message>
    <message>
        <source>All strokes bettered together at the end, in so many steps</source>
        <translation>最后用这么多步一起改进全部笔画</translation>
    </message>
    <message>
        <source>Steps of refinement</source>
        <translation>精修步数</translation>
    </message>
    <message>
        <source>Progress of the queue</source>
        <translation>队列进度</translation>
    </message>
    <message>
        <source>&amp;Start</source>
        <translation>开始(&amp;S)</translation>
    </message>
    <message>
        <source>Paint all that waits</source>
        <translation>画所有等待的项目</translation>
    </message>
    <message>
        <source>&amp;Pause</source>
        <translation>暂停(&amp;P)</translation>
    </message>
    <message>
        <source>Rest with the step under way</source>
        <translation>在当前这一步停下</translation>
    </message>
    <message>
        <source>&amp;Go on</source>
        <translation>继续(&amp;G)</translation>
    </message>
    <message>
        <source>Paint on from the very stroke</source>
        <translation>从停下的那一笔接着画</translation>
    </message>
    <message>
        <source>{done} finished, {waiting} to go</source>
        <translation>已完成 {done}，还有 {waiting}</translation>
    </message>
    <message>
        <source>, {failed} failed</source>
        <translation>，{failed} 个失败</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>正在停止…</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>Rests while your own picture is painted</source>
        <translation>您自己作画时队列等待</translation>
    </message>
    <message>
        <source>preparing…</source>
        <translation>准备中…</translation>
    </message>
    <message>
        <source>Time left: {time}</source>
        <translation>剩余时间：{time}</translation>
    </message>
    <message>
        <source>Pictures and films</source>
        <translation>图片和影片</translation>
    </message>
    <message>
        <source>Add to the queue</source>
        <translation>添加到队列</translation>
    </message>
    <message>
        <source>as published</source>
        <translation>按论文的方式</translation>
    </message>
    <message>
        <source>divide {divide}</source>
        <translation>分块 {divide}</translation>
    </message>
    <message>
        <source>no masks, which are of one photo</source>
        <translation>不含蒙版（蒙版只属于一张照片）</translation>
    </message>
    <message>
        <source>sheet {colour}</source>
        <translation>画纸 {colour}</translation>
    </message>
    <message>
        <source>seed {seed}</source>
        <translation>种子 {seed}</translation>
    </message>
    <message>
        <source>weights {name}</source>
        <translation>权重 {name}</translation>
    </message>
    <message>
        <source>{count} colours of each photo</source>
        <translation>每张照片各取 {count} 种颜色</translation>
    </message>
    <message>
        <source>{count} colours</source>
        <translation>{count} 种颜色</translation>
    </message>
    <message>
        <source>refining: {share} %</source>
        <translation>精修中：{share} %</translation>
    </message>
    <message>
        <source>Stroke {stroke}</source>
        <translation>第 {stroke} 笔</translation>
    </message>
    <message>
        <source>To the bare sheet (Home)</source>
        <translation>回到空白画纸 (Home)</translation>
    </message>
    <message>
        <source>One stroke back (,)</source>
        <translation>后退一笔 (,)</translation>
    </message>
    <message>
        <source>One stroke forward (.)</source>
        <translation>前进一笔 (.)</translation>
    </message>
    <message>
        <source>To the last stroke (End)</source>
        <translation>到最后一笔 (End)</translation>
    </message>
    <message>
        <source>Timeline</source>
        <translation>时间轴</translation>
    </message>
    <message>
        <source>The painting after so many strokes; up and down go from level to level.</source>
        <translation>画到第几笔时的画面；上下键在层级间移动。</translation>
    </message>
    <message>
        <source>Speed of playing; at 1× the whole painting takes 12 seconds</source>
        <translation>播放速度；1× 时整幅画播放 12 秒</translation>
    </message>
    <message>
        <source>Speed of playing</source>
        <translation>播放速度</translation>
    </message>
    <message>
        <source>Stop playing (K)</source>
        <translation>停止播放 (K)</translation>
    </message>
    <message>
        <source>Play the painting (K)</source>
        <translation>播放作画过程 (K)</translation>
    </message>
    <message>
        <source>Stroke shown / strokes painted</source>
        <translation>当前笔 / 已画笔数</translation>
    </message>
    <message>
        <source>&amp;Open…</source>
        <translation>打开(&amp;O)…</translation>
    </message>
    <message>
        <source>S&amp;tart page</source>
        <translation>起始页(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;Save session</source>
        <translation>保存画作(&amp;S)</translation>
    </message>
    <message>
        <source>Save session &amp;as…</source>
        <translation>画作另存为(&amp;A)…</translation>
    </message>
    <message>
        <source>&amp;Export…</source>
        <translation>导出(&amp;E)…</translation>
    </message>
    <message>
        <source>Q&amp;ueue…</source>
        <translation>队列(&amp;U)…</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>退出(&amp;Q)</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>撤销(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>重做(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Paste picture</source>
        <translation>粘贴图片(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Copy painting</source>
        <translation>复制画作(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Paint or pause</source>
        <translation>作画或暂停(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Step</source>
        <translation>单步(&amp;S)</translation>
    </message>
    <message>
        <source>St&amp;op</source>
        <translation>停止(&amp;O)</translation>
    </message>
    <message>
        <source>Re&amp;fine</source>
        <translation>精修(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Restart</source>
        <translation>重新开始(&amp;R)</translation>
    </message>
    <message>
        <source>Focus &amp;brush</source>
        <translation>重点画刷(&amp;B)</translation>
    </message>
    <message>
        <source>Protect&amp;ion brush</source>
        <translation>保护画刷(&amp;I)</translation>
    </message>
    <message>
        <source>Play the pain&amp;ting</source>
        <translation>播放作画过程(&amp;T)</translation>
    </message>
    <message>
        <source>To the &amp;bare sheet</source>
        <translation>回到空白画纸(&amp;B)</translation>
    </message>
    <message>
        <source>One stroke b&amp;ack</source>
        <translation>后退一笔(&amp;A)</translation>
    </message>
    <message>
        <source>One stroke &amp;forward</source>
        <translation>前进一笔(&amp;F)</translation>
    </message>
    <message>
        <source>To the &amp;last stroke</source>
        <translation>到最后一笔(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Painting</source>
        <translation>画作(&amp;P)</translation>
    </message>
    <message>
        <source>P&amp;hoto</source>
        <translation>照片(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Split</source>
        <translation>分割对比(&amp;S)</translation>
    </message>
    <message>
        <source>O&amp;verlay</source>
        <translation>叠加(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;Difference</source>
        <translation>差异(&amp;D)</translation>
    </message>
    <message>
        <source>Zoom &amp;in</source>
        <translation>放大(&amp;I)</translation>
    </message>
    <message>
        <source>Zoom &amp;out</source>
        <translation>缩小(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;Fit into window</source>
        <translation>适应窗口(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Actual size</source>
        <translation>实际大小(&amp;A)</translation>
    </message>
    <message>
        <source>F&amp;ull screen</source>
        <translation>全屏(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Shortcuts</source>
        <translation>快捷键(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;About Strokewise</source>
        <translation>关于 Strokewise(&amp;A)</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>Open &amp;recent</source>
        <translation>最近打开(&amp;R)</translation>
    </message>
    <message>
        <source>Appea&amp;rance</source>
        <translation>外观(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Language</source>
        <translation>语言(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Memory for scrubbing</source>
        <translation>拖动时间轴所用内存(&amp;M)</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>文件(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>编辑(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;Timeline</source>
        <translation>时间轴(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>视图(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>帮助(&amp;H)</translation>
    </message>
    <message>
        <source>As suits this computer</source>
        <translation>随本机而定</translation>
    </message>
    <message>
        <source>Paint with</source>
        <translation>作画设置</translation>
    </message>
    <message>
        <source>Tools</source>
        <translation>工具</translation>
    </message>
    <message>
        <source>How much of the photo shows</source>
        <translation>照片的显示程度</translation>
    </message>
    <message>
        <source>Pixels of the screen per pixel of the photo</source>
        <translation>每个照片像素对应的屏幕像素</translation>
    </message>
    <message>
        <source>Untitled</source>
        <translation>未命名</translation>
    </message>
    <message>
        <source>painting</source>
        <translation>作画</translation>
    </message>
    <message>
        <source>stroke by hand</source>
        <translation>手绘笔画</translation>
    </message>
    <message>
        <source>step</source>
        <translation>单步</translation>
    </message>
    <message>
        <source>painting from an earlier stroke</source>
        <translation>从较早的笔画重画</translation>
    </message>
    <message>
        <source>restart</source>
        <translation>重新开始</translation>
    </message>
    <message>
        <source>refinement</source>
        <translation>精修</translation>
    </message>
    <message>
        <source>focus</source>
        <translation>重点</translation>
    </message>
    <message>
        <source>protection</source>
        <translation>保护</translation>
    </message>
    <message>
        <source>focus and protection</source>
        <translation>重点与保护</translation>
    </message>
    <message>
        <source>deletion</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>muting</source>
        <translation>隐藏</translation>
    </message>
    <message>
        <source>unmuting</source>
        <translation>取消隐藏</translation>
    </message>
    <message>
        <source>locking</source>
        <translation>锁定</translation>
    </message>
    <message>
        <source>unlocking</source>
        <translation>取消锁定</translation>
    </message>
    <message>
        <source>keeping a branch</source>
        <translation>保留分支</translation>
    </message>
    <message>
        <source>dropping a branch</source>
        <translation>丢弃分支</translation>
    </message>
    <message>
        <source>name of a branch</source>
        <translation>分支名称</translation>
    </message>
    <message>
        <source>taking a branch</source>
        <translation>采用分支</translation>
    </message>
    <message>
        <source>colour of strokes</source>
        <translation>笔画的颜色</translation>
    </message>
    <message>
        <source>order of strokes</source>
        <translation>笔画的顺序</translation>
    </message>
    <message>
        <source>&amp;Undo {what}</source>
        <translation>撤销{what}(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Redo {what}</source>
        <translation>重做{what}(&amp;R)</translation>
    </message>
    <message>
        <source>Strokewise did not end as it should. The painting you were at was kept.</source>
        <translation>Strokewise 上次未正常退出。您当时的画作已保留。</translation>
    </message>
    <message>
        <source>Strokewise did not end as it should. {count} paintings were kept; this is the latest.</source>
        <translation>Strokewise 上次未正常退出。保留了 {count} 幅画作，这是最近的一幅。</translation>
    </message>
    <message>
        <source>Open it</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Discard it</source>
        <translation>丢弃</translation>
    </message>
    <message>
        <source>Recovered painting</source>
        <translation>恢复的画作</translation>
    </message>
    <message>
        <source>{name} (recovered)</source>
        <translation>{name}（已恢复）</translation>
    </message>
    <message>
        <source>Discard what was kept? Its strokes are lost then.</source>
        <translation>丢弃已保留的画作？其笔画将会丢失。</translation>
    </message>
    <message>
        <source>Save this painting before it goes?</source>
        <translation>离开前要保存这幅画吗？</translation>
    </message>
    <message>
        <source>Otherwise its strokes are lost.</source>
        <translation>否则笔画将会丢失。</translation>
    </message>
    <message>
        <source>Photos and sessions</source>
        <translation>照片与画作</translation>
    </message>
    <message>
        <source>All files</source>
        <translation>所有文件</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>The clipboard holds no picture.</source>
        <translation>剪贴板中没有图片。</translation>
    </message>
    <message>
        <source>One at a time: only {name} was opened.</source>
        <translation>一次只能打开一个：仅打开了 {name}。</translation>
    </message>
    <message>
        <source>Pasted picture</source>
        <translation>粘贴的图片</translation>
    </message>
    <message>
        <source>That is no picture; drop a photo or a saved session.</source>
        <translation>这不是图片；请拖入照片或已保存的画作。</translation>
    </message>
    <message>
        <source>Nothing yet</source>
        <translation>暂无</translation>
    </message>
    <message>
        <source>Sessions</source>
        <translation>画作</translation>
    </message>
    <message>
        <source>Save session</source>
        <translation>保存画作</translation>
    </message>
    <message>
        <source>The painting is in the clipboard.</source>
        <translation>画作已复制到剪贴板。</translation>
    </message>
    <message>
        <source>Opening…</source>
        <translation>正在打开…</translation>
    </message>
    <message>
        <source>Saved as {name}.</source>
        <translation>已保存为 {name}。</translation>
    </message>
    <message>
        <source>The sheet&apos;s colour changes when you restart.</source>
        <translation>画纸颜色将在重新开始后改变。</translation>
    </message>
    <message>
        <source>Applies from stroke {stroke} on; what is painted stays.</source>
        <translation>从第 {stroke} 笔起生效；已画的部分不变。</translation>
    </message>
    <message>
        <source>{name} paints other strokes ({type}); these are painted with the bundled weights.</source>
        <translation>{name} 用于其他笔触（{type}）；所选笔触以自带权重来画。</translation>
    </message>
    <message>
        <source>This painting is kept as a branch already.</source>
        <translation>这幅画作已经保留为分支了。</translation>
    </message>
    <message>
        <source>There is no room for more branches; drop one that is not needed.</source>
        <translation>分支已满；请丢弃一个不再需要的。</translation>
    </message>
    <message>
        <source>No faces were found; paint over what matters.</source>
        <translation>没有找到人脸；请涂出重要的部分。</translation>
    </message>
    <message>
        <source>While all strokes are refined none can be drawn; stop the refinement first.</source>
        <translation>正在一起精修全部笔画，暂不能手绘；请先停止精修。</translation>
    </message>
    <message>
        <source>The graphics card has too little memory to go on. What is painted is kept; close other programs, or go on with the processor, which is slower.</source>
        <translation>显卡内存不足，无法继续。已画的内容已保留；请关闭其他程序，或改用处理器继续（较慢）。</translation>
    </message>
    <message>
        <source>The graphics card failed. What is painted is kept; go on with the processor, which is slower, or save it and start the program again.</source>
        <translation>显卡出现故障。已画的内容已保留；可改用处理器继续（较慢），或保存后重新启动程序。</translation>
    </message>
    <message>
        <source>Go on with the processor</source>
        <translation>用处理器继续</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Save elsewhere…</source>
        <translation>保存到别处…</translation>
    </message>
    <message>
        <source>What you paint is not kept at the moment, and would be lost in a crash.</source>
        <translation>您所画的内容目前未能保留，若程序崩溃将会丢失。</translation>
    </message>
    <message>
        <source>It is tried again every two seconds; you can go on painting.</source>
        <translation>每两秒重试一次；您可以继续作画。</translation>
    </message>
    <message>
        <source>Save as…</source>
        <translation>另存为…</translation>
    </message>
    <message>
        <source>What you paint is being kept again.</source>
        <translation>您所画的内容已恢复保留。</translation>
    </message>
    <message>
        <source>There are no strokes to refine yet.</source>
        <translation>还没有可以精修的笔触。</translation>
    </message>
    <message>
        <source>The graphics card has little memory left: it paints in smaller steps.</source>
        <translation>显存所剩不多：改为分小批绘制。</translation>
    </message>
    <message>
        <source>All {strokes} strokes are painted. Raise the number, or go back to an earlier stroke.</source>
        <translation>全部 {strokes} 笔已画完。请增加笔数，或回到较早的笔画。</translation>
    </message>
    <message>
        <source>Mixing sheet</source>
        <translation>调色表</translation>
    </message>
    <message>
        <source>{colours} colours, mixed from {paints}</source>
        <translation>{colours} 种颜色，由{paints}调成</translation>
    </message>
    <message>
        <source>{count} paints</source>
        <translation>{count} 种颜料</translation>
    </message>
    <message>
        <source>one paint</source>
        <translation>一种颜料</translation>
    </message>
    <message>
        <source>What you need: {paints}</source>
        <translation>您需要：{paints}</translation>
    </message>
    <message>
        <source>Where to begin: what a mixture looks like is predicted from the paints’ colours, and how strong a paint is cannot be seen from those. Mix a little, compare it when it is dry, and take less of strong paints such as phthalo blue. Parts are by volume; a touch is about a tenth of a part.</source>
        <translation>从这里开始：混合后的样子是由颜料的颜色推算的，而颜料的着色力从颜色上看不出来。请先少量调配，干后再比较；酞菁蓝等着色力强的颜料要少用。份数按体积计；“少许”约为十分之一份。</translation>
    </message>
    <message>
        <source>Wanted</source>
        <translation>想要的</translation>
    </message>
    <message>
        <source>Mixed</source>
        <translation>调出的</translation>
    </message>
    <message>
        <source>{parts} {paint}</source>
        <translation>{parts} 份{paint}</translation>
    </message>
    <message>
        <source>a touch of {paint}</source>
        <translation>少许{paint}</translation>
    </message>
    <message>
        <source>{paint} as it is</source>
        <translation>直接用{paint}</translation>
    </message>
    <message>
        <source>{share} of the area</source>
        <translation>占画面 {share}</translation>
    </message>
    <message>
        <source>1 stroke</source>
        <translation>1 笔</translation>
    </message>
    <message>
        <source>not used</source>
        <translation>未使用</translation>
    </message>
    <message>
        <source>mixture very close</source>
        <translation>混合后非常接近</translation>
    </message>
    <message>
        <source>mixture close</source>
        <translation>混合后接近</translation>
    </message>
    <message>
        <source>mixture fair</source>
        <translation>混合后尚可</translation>
    </message>
    <message>
        <source>mixture far off: these paints come no nearer</source>
        <translation>混合后相差较大：这些颜料无法更接近</translation>
    </message>
    <message>
        <source>Page {number} of {total}</source>
        <translation>第 {number} 页，共 {total} 页</translation>
    </message>
    <message>
        <source>Branches</source>
        <translation>分支</translation>
    </message>
    <message>
        <source>At hand: {name}</source>
        <translation>当前：{name}</translation>
    </message>
    <message>
        <source>&amp;Keep as branch</source>
        <translation>保留为分支(&amp;K)</translation>
    </message>
    <message>
        <source>&amp;Compare</source>
        <translation>对比(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Side by side</source>
        <translation>并排(&amp;S)</translation>
    </message>
    <message>
        <source>Stop c&amp;omparing</source>
        <translation>停止对比(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;Take</source>
        <translation>采用(&amp;T)</translation>
    </message>
    <message>
        <source>Re&amp;name</source>
        <translation>重命名(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Drop</source>
        <translation>丢弃(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Branches</source>
        <translation>分支(&amp;B)</translation>
    </message>
    <message>
        <source>Painting</source>
        <translation>画作</translation>
    </message>
    <message>
        <source>Branch {number}</source>
        <translation>分支 {number}</translation>
    </message>
    <message>
        <source>Is the painting as it is</source>
        <translation>与当前画作相同</translation>
    </message>
    <message>
        <source>Shares no stroke</source>
        <translation>没有共同的笔画</translation>
    </message>
    <message>
        <source>The painting goes on from it</source>
        <translation>当前画作由它继续</translation>
    </message>
    <message>
        <source>Goes on from the painting</source>
        <translation>由当前画作继续</translation>
    </message>
    <message>
        <source>Parts after stroke {stroke}</source>
        <translation>在第 {stroke} 笔之后分开</translation>
    </message>
    <message>
        <source>{type}, {strokes} strokes planned, detail {divide}, seed {seed}</source>
        <translation>{type}，计划 {strokes} 笔，细节 {divide}，种子 {seed}</translation>
    </message>
    <message>
        <source>Kept because other strokes took its place; gives way to newer ones.</source>
        <translation>因被其他笔画取代而保留；会让位给更新的。</translation>
    </message>
    <message>
        <source>Brush</source>
        <translation>画笔</translation>
    </message>
    <message>
        <source>Colour:</source>
        <translation>颜色：</translation>
    </message>
    <message>
        <source>Size:</source>
        <translation>粗细：</translation>
    </message>
    <message>
        <source>Opacity:</source>
        <translation>不透明度：</translation>
    </message>
    <message>
        <source>Pressure changes:</source>
        <translation>压力改变：</translation>
    </message>
    <message>
        <source>From the photo</source>
        <translation>取自照片</translation>
    </message>
    <message>
        <source>the width</source>
        <translation>粗细</translation>
    </message>
    <message>
        <source>width and opacity</source>
        <translation>粗细与不透明度</translation>
    </message>
    <message>
        <source>nothing</source>
        <translation>不改变</translation>
    </message>
    <message>
        <source>Colour of the brush</source>
        <translation>画笔的颜色</translation>
    </message>
    <message>
        <source>Choose a colour; Alt+click picks the painting&apos;s, Alt+Shift+click the photo&apos;s</source>
        <translation>选择颜色；Alt+单击取画作上的颜色，Alt+Shift+单击取照片上的颜色</translation>
    </message>
    <message>
        <source>Colour from the photo</source>
        <translation>取自照片的颜色</translation>
    </message>
    <message>
        <source>Each stroke takes the photo&apos;s colour from under the brush, where it begins</source>
        <translation>每一笔在落笔处取照片上画笔之下的颜色</translation>
    </message>
    <message>
        <source>Strokes of the brush</source>
        <translation>画笔的笔触</translation>
    </message>
    <message>
        <source>As chosen for the agent, under Stroke type</source>
        <translation>与“笔画类型”中为智能体所选的相同</translation>
    </message>
    <message>
        <source>Size of the brush</source>
        <translation>画笔的粗细</translation>
    </message>
    <message>
        <source>Width of strokes, in hundredths of the sheet&apos;s longer side; [ and ] change it</source>
        <translation>笔画的粗细，以画纸长边的百分之一计；[ 和 ] 可改变</translation>
    </message>
    <message>
        <source>Opacity of the brush</source>
        <translation>画笔的不透明度</translation>
    </message>
    <message>
        <source>How much strokes hide; where parts of one stroke meet, less than 100 % shows</source>
        <translation>笔画遮盖的程度；不足 100 % 时，一笔各段相接处会显出来</translation>
    </message>
    <message>
        <source>What a pen&apos;s pressure changes</source>
        <translation>笔的压力改变什么</translation>
    </message>
    <message>
        <source>What pressing harder with a pen changes; a mouse always presses fully</source>
        <translation>用笔按得更重时改变什么；鼠标总是按到底</translation>
    </message>
    <message>
        <source>Strokes: {type}</source>
        <translation>笔触：{type}</translation>
    </message>
    <message>
        <source>Number:</source>
        <translation>编号：</translation>
    </message>
    <message>
        <source>Type:</source>
        <translation>类型：</translation>
    </message>
    <message>
        <source>Length:</source>
        <translation>长度：</translation>
    </message>
    <message>
        <source>Level:</source>
        <translation>层级：</translation>
    </message>
    <message>
        <source>Step:</source>
        <translation>步：</translation>
    </message>
    <message>
        <source>Gained:</source>
        <translation>贡献：</translation>
    </message>
    <message>
        <source>State:</source>
        <translation>状态：</translation>
    </message>
    <message>
        <source>Its longest line, pixels of the photo</source>
        <translation>它最长的线，以照片的像素计</translation>
    </message>
    <message>
        <source>Coarse to fine, and the side of the patch it was painted in</source>
        <translation>由粗到细的层级，以及它所在块的边长</translation>
    </message>
    <message>
        <source>The painter&apos;s step that it came in</source>
        <translation>它所属的作画步</translation>
    </message>
    <message>
        <source>How much nearer to the photo it brought the painting when it was laid</source>
        <translation>落笔时使画作向照片靠近了多少</translation>
    </message>
    <message>
        <source>Chosen</source>
        <translation>已选</translation>
    </message>
    <message>
        <source>Choose</source>
        <translation>选择</translation>
    </message>
    <message>
        <source>Change those chosen</source>
        <translation>更改所选</translation>
    </message>
    <message>
        <source>All like those chosen…</source>
        <translation>与所选相似的全部…</translation>
    </message>
    <message>
        <source>Choose every stroke that has something in common with these</source>
        <translation>选择与这些有共同点的所有笔画</translation>
    </message>
    <message>
        <source>Choose all like those chosen</source>
        <translation>选择与所选相似的全部</translation>
    </message>
    <message>
        <source>Least length</source>
        <translation>最短</translation>
    </message>
    <message>
        <source>Greatest length</source>
        <translation>最长</translation>
    </message>
    <message>
        <source> px</source>
        <translation> 像素</translation>
    </message>
    <message>
        <source>Length of the strokes to choose, pixels of the photo</source>
        <translation>要选择的笔画长度，以照片的像素计</translation>
    </message>
    <message>
        <source>By length</source>
        <translation>按长度</translation>
    </message>
    <message>
        <source>Choose the strokes that are as long as this</source>
        <translation>选择长度在此范围内的笔画</translation>
    </message>
    <message>
        <source>A new colour keeps their differences</source>
        <translation>新颜色保留它们之间的差别</translation>
    </message>
    <message>
        <source>All colours move alike, so that their mean becomes the new one; else all become it</source>
        <translation>所有颜色一同改变，使平均色成为新颜色；否则全部变为该颜色</translation>
    </message>
    <message>
        <source>Stroke under the pointer</source>
        <translation>指针下的笔画</translation>
    </message>
    <message>
        <source>Point at a stroke on the canvas to see which it is.</source>
        <translation>在画布上指向一笔，看看是哪一笔。</translation>
    </message>
    <message>
        <source>Stroke {number}: {type}, {length} px, {share} % of what is seen here</source>
        <translation>第 {number} 笔：{type}，{length} 像素，占此处所见的 {share} %</translation>
    </message>
    <message>
        <source>None. Click one, or draw a rectangle; Shift adds, Ctrl adds or takes away.</source>
        <translation>未选。单击一笔，或拖出矩形；Shift 添加，Ctrl 添加或去掉。</translation>
    </message>
    <message>
        <source>{count} of {all} strokes</source>
        <translation>{count} / {all} 笔</translation>
    </message>
    <message>
        <source>{colour} on average</source>
        <translation>平均为 {colour}</translation>
    </message>
    <message>
        <source>{range} px</source>
        <translation>{range} 像素</translation>
    </message>
    <message>
        <source>{range} %</source>
        <translation>{range} %</translation>
    </message>
    <message>
        <source>muted</source>
        <translation>已隐藏</translation>
    </message>
    <message>
        <source>locked</source>
        <translation>已锁定</translation>
    </message>
    <message>
        <source>drawn</source>
        <translation>已画出</translation>
    </message>
    <message>
        <source>not measured</source>
        <translation>未测量</translation>
    </message>
    <message>
        <source>{gain} dB</source>
        <translation>{gain} dB</translation>
    </message>
    <message>
        <source>{range} of {all}, patches of {sides} px</source>
        <translation>{range} / {all}，块边长 {sides} 像素</translation>
    </message>
    <message>
        <source>Paint by &amp;hand</source>
        <translation>手绘(&amp;H)</translation>
    </message>
    <message>
        <source>S&amp;maller brush</source>
        <translation>较细的画笔(&amp;M)</translation>
    </message>
    <message>
        <source>&amp;Larger brush</source>
        <translation>较粗的画笔(&amp;L)</translation>
    </message>
    <message>
        <source>The queue was left with {count} to be painted.</source>
        <translation>队列中还有 {count} 个待画。</translation>
    </message>
    <message>
        <source>Show the queue</source>
        <translation>显示队列</translation>
    </message>
    <message>
        <source>The queue is finished: {done} painted.</source>
        <translation>队列已完成：画了 {done} 个。</translation>
    </message>
    <message>
        <source>Already there: {there}.</source>
        <translation>已经存在：{there}。</translation>
    </message>
    <message>
        <source>Failed: {failed}.</source>
        <translation>失败：{failed}。</translation>
    </message>
    <message>
        <source>Queue:</source>
        <translation>队列：</translation>
    </message>
    <message>
        <source>{name} paints other strokes than the queue&apos;s; these are painted with the bundled weights.</source>
        <translation>{name} 用于队列之外的其他笔触；所选笔触以自带权重来画。</translation>
    </message>
    <message>
        <source>The graphics card has little memory left: the queue paints in smaller steps.</source>
        <translation>显卡剩余内存不多：队列改用较小的步子作画。</translation>
    </message>
    <message>
        <source>The graphics card has too little memory: the queue goes on with the processor.</source>
        <translation>显卡内存太少：队列改用处理器继续。</translation>
    </message>
    <message>
        <source>The graphics card failed: the queue goes on with the processor.</source>
        <translation>显卡出错：队列改用处理器继续。</translation>
    </message>
    <message>
        <source>Picture or film</source>
        <translation>图片或影片</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Queue</source>
        <translation>队列</translation>
    </message>
    <message>
        <source>Drop pictures, films or folders here.</source>
        <translation>把图片、影片或文件夹拖到这里。</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>等待中</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>Skipped: it is there already</source>
        <translation>已跳过：已经存在</translation>
    </message>
    <message>
        <source>Done, {psnr} dB</source>
        <translation>完成，{psnr} dB</translation>
    </message>
    <message>
        <source>Failed: {problem}</source>
        <translation>失败：{problem}</translation>
    </message>
    <message>
        <source>Beginning…</source>
        <translation>正在开始…</translation>
    </message>
    <message>
        <source>Painting, {share} %</source>
        <translation>正在作画，{share} %</translation>
    </message>
    <message>
        <source>Refining, {share} %</source>
        <translation>正在精修，{share} %</translation>
    </message>
    <message>
        <source>Writing frames, {share} %</source>
        <translation>正在写出帧，{share} %</translation>
    </message>
    <message>
        <source>Writing the film, {share} %</source>
        <translation>正在写出影片，{share} %</translation>
    </message>
    <message>
        <source>Strokes</source>
        <translation>笔画</translation>
    </message>
    <message>
        <source>All</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>Muted</source>
        <translation>已隐藏</translation>
    </message>
    <message>
        <source>Locked</source>
        <translation>已锁定</translation>
    </message>
    <message>
        <source>&amp;Move the canvas</source>
        <translation>移动画布(&amp;M)</translation>
    </message>
    <message>
        <source>&amp;Inspect strokes</source>
        <translation>查看笔画(&amp;I)</translation>
    </message>
    <message>
        <source>&amp;Delete</source>
        <translation>删除(&amp;D)</translation>
    </message>
    <message>
        <source>M&amp;ute</source>
        <translation>隐藏(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Lock</source>
        <translation>锁定(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Colour…</source>
        <translation>颜色(&amp;C)…</translation>
    </message>
    <message>
        <source>To the &amp;top</source>
        <translation>移到最上(&amp;T)</translation>
    </message>
    <message>
        <source>Up by &amp;one</source>
        <translation>上移一笔(&amp;O)</translation>
    </message>
    <message>
        <source>Do&amp;wn by one</source>
        <translation>下移一笔(&amp;W)</translation>
    </message>
    <message>
        <source>To the &amp;bottom</source>
        <translation>移到最下(&amp;B)</translation>
    </message>
    <message>
        <source>Choose &amp;all</source>
        <translation>全选(&amp;A)</translation>
    </message>
    <message>
        <source>Choose &amp;none</source>
        <translation>全不选(&amp;N)</translation>
    </message>
    <message>
        <source>Choose mut&amp;ed ones</source>
        <translation>选择隐藏的(&amp;E)</translation>
    </message>
    <message>
        <source>Choose loc&amp;ked ones</source>
        <translation>选择锁定的(&amp;K)</translation>
    </message>
    <message>
        <source>Of the same type</source>
        <translation>相同类型</translation>
    </message>
    <message>
        <source>Of the same level</source>
        <translation>相同层级</translation>
    </message>
    <message>
        <source>Of like colour</source>
        <translation>相近颜色</translation>
    </message>
    <message>
        <source>Of like length</source>
        <translation>相近长度</translation>
    </message>
    <message>
        <source>Choose all like tho&amp;se chosen</source>
        <translation>选择与所选相似的全部(&amp;S)</translation>
    </message>
    <message>
        <source>Stro&amp;kes</source>
        <translation>笔画(&amp;K)</translation>
    </message>
    <message>
        <source>Colour of the strokes chosen</source>
        <translation>所选笔画的颜色</translation>
    </message>
    <message>
        <source>Focus and protection</source>
        <translation>重点与保护</translation>
    </message>
    <message>
        <source>Focus</source>
        <translation>重点</translation>
    </message>
    <message>
        <source>Paint over what is to be exact: strokes are spent there first (F)</source>
        <translation>涂出要画得精确的部分：笔画先用在那里 (F)</translation>
    </message>
    <message>
        <source>Protect</source>
        <translation>保护</translation>
    </message>
    <message>
        <source>Paint over what no stroke may touch (Shift+F)</source>
        <translation>涂出任何笔画都不得碰到的部分 (Shift+F)</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Opacity</source>
        <translation>不透明度</translation>
    </message>
    <message>
        <source>Softness</source>
        <translation>柔和度</translation>
    </message>
    <message>
        <source>Of the mask&apos;s brush</source>
        <translation>蒙版画刷的大小</translation>
    </message>
    <message>
        <source>Size of the mask&apos;s brush</source>
        <translation>蒙版画刷的大小</translation>
    </message>
    <message>
        <source>How much of it a stroke adds; what is protected by less than half may be painted</source>
        <translation>每一笔加多少；保护不到一半的地方仍可作画</translation>
    </message>
    <message>
        <source>Opacity of the mask&apos;s brush</source>
        <translation>蒙版画刷的不透明度</translation>
    </message>
    <message>
        <source>How far the brush fades out towards its edge</source>
        <translation>画刷向边缘淡出的程度</translation>
    </message>
    <message>
        <source>Softness of the mask&apos;s brush</source>
        <translation>蒙版画刷的柔和度</translation>
    </message>
    <message>
        <source>Erase</source>
        <translation>擦除</translation>
    </message>
    <message>
        <source>Take away from the mask, as a pen&apos;s other end and the Alt key do</source>
        <translation>从蒙版中擦去，笔的另一端和 Alt 键也可以</translation>
    </message>
    <message>
        <source>Faces</source>
        <translation>人脸</translation>
    </message>
    <message>
        <source>Look for faces in the photo and put the focus on them</source>
        <translation>在照片中寻找人脸并设为重点</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>清除</translation>
    </message>
    <message>
        <source>Take away all of the mask that is being painted, or both</source>
        <translation>清除正在涂的蒙版，未在涂时两个都清除</translation>
    </message>
    <message>
        <source>Save mixing sheet</source>
        <translation>保存调色表</translation>
    </message>
    <message>
        <source>Palette</source>
        <translation>调色板</translation>
    </message>
    <message>
        <source>C&amp;olours</source>
        <translation>颜色(&amp;O)</translation>
    </message>
    <message>
        <source>Any</source>
        <translation>任意</translation>
    </message>
    <message>
        <source>Of the photo</source>
        <translation>取自照片</translation>
    </message>
    <message>
        <source>Common paints</source>
        <translation>常用颜料</translation>
    </message>
    <message>
        <source>Strokes have these colours alone: of a file, .gpl, .ase, or text with a colour a line</source>
        <translation>笔画只用这些颜色：来自 .gpl、.ase 文件，或每行一种颜色的文本</translation>
    </message>
    <message>
        <source>How many colours of the photo</source>
        <translation>取照片中的多少种颜色</translation>
    </message>
    <message>
        <source>Colours of the palette</source>
        <translation>调色板的颜色</translation>
    </message>
    <message>
        <source>Mixing sheet…</source>
        <translation>调色表…</translation>
    </message>
    <message>
        <source>Save a sheet of the colours and how to mix each from paints</source>
        <translation>保存一张表，列出各颜色及如何用颜料调出</translation>
    </message>
    <message>
        <source>Palettes</source>
        <translation>调色板</translation>
    </message>
    <message>
        <source>Style</source>
        <translation>风格</translation>
    </message>
    <message>
        <source>Poster</source>
        <translation>海报</translation>
    </message>
    <message>
        <source>Loose</source>
        <translation>写意</translation>
    </message>
    <message>
        <source>Classic</source>
        <translation>经典</translation>
    </message>
    <message>
        <source>Detailed</source>
        <translation>细致</translation>
    </message>
    <message>
        <source>Photo</source>
        <translation>照片</translation>
    </message>
    <message>
        <source>Styles</source>
        <translation>风格</translation>
    </message>
    <message>
        <source>From few large strokes to many small ones, on this photo</source>
        <translation>在这张照片上，由少而大的笔画到多而小的笔画</translation>
    </message>
    <message>
        <source>St&amp;yle</source>
        <translation>风格(&amp;Y)</translation>
    </message>
    <message>
        <source>Style, from poster to photo</source>
        <translation>风格，由海报到照片</translation>
    </message>
    <message>
        <source>From poster to photo: how many strokes, how large and how opaque</source>
        <translation>由海报到照片：多少笔、多大、多不透明</translation>
    </message>
    <message>
        <source>Bold&amp;ness</source>
        <translation>大胆度(&amp;N)</translation>
    </message>
    <message>
        <source>Boldness</source>
        <translation>大胆度</translation>
    </message>
    <message>
        <source>To the right fewer strokes for the same area, each larger</source>
        <translation>向右则同样面积用更少而更大的笔画</translation>
    </message>
    <message>
        <source>Thickness of strokes, in hundredths of the longer side: the least and the most</source>
        <translation>笔画的粗细，以长边的百分之一计：最细与最粗</translation>
    </message>
    <message>
        <source>Opacity of strokes: the least and the most</source>
        <translation>笔画的不透明度：最低与最高</translation>
    </message>
    <message>
        <source>Thinnest stroke</source>
        <translation>最细的笔画</translation>
    </message>
    <message>
        <source>Thickest stroke</source>
        <translation>最粗的笔画</translation>
    </message>
    <message>
        <source>Faintest stroke</source>
        <translation>最淡的笔画</translation>
    </message>
    <message>
        <source>Most opaque stroke</source>
        <translation>最不透明的笔画</translation>
    </message>
</context>
</TS>
